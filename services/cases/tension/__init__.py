"""Tension monitoring: graded readings, a level for each area and week, a warning on a jump. Rule C18."""
