"""The kpi database, revision by revision."""
