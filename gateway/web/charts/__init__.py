"""Charts as plain geometry: pure functions from figures to what a template draws."""
