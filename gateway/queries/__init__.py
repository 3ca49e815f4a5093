"""The schema's entry points for reading."""
