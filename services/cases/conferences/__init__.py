"""Restorative meetings of victim and responsible person. Rule C9a."""
