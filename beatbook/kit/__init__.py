"""Machinery that knows no policing word."""
