"""The part of the area register that placing incidents needs, kept from the forum service's events."""
