"""The cases service: incidents and problem-solving cases."""
