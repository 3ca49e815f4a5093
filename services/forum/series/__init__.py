"""Recurring meetings: a rule of dates (RFC 5545) that plans meetings ahead. Rule F7."""
