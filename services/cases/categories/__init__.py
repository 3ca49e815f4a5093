"""What an incident or a problem is about: the codes of the ICCS."""
