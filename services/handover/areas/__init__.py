"""A replica of the area register, from its events. Rules A1-A3."""
