"""Consultations outside meetings: with whom, how, what was found, and who was never asked. Rule F21."""
