"""Diversion programmes: a jurisdiction's rules as versioned data. Rule C8."""
