"""Beatbook: the log that a country's community-oriented policing hands from shift to shift."""
