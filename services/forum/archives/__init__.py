"""A forum's whole record as one signed archive."""
