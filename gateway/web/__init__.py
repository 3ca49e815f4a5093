"""The dashboards: pages made on the server from named GraphQL queries. Rule G5."""
