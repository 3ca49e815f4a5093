"""Trainings of members, police and officials together, and of those who train. Rule F19."""
