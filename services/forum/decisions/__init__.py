"""Decisions: recorded, owned, followed up, ended. Rules F12, F13."""
