"""Revisions of the cases database."""
