"""The gateway: one GraphQL schema over all services, and the pages drawn from it. It keeps no state."""
