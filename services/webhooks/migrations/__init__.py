"""The webhooks database, step by step."""
