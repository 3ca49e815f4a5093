"""Receipts: codes by which people without a name follow what they raised, and how often a caller may ask. Rule F14."""
