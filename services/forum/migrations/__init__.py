"""The forum database, revision by revision."""
