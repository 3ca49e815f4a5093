"""Incident intake. Rule C1."""
