"""What was agreed in a diversion case: terms one by one, sessions attended, warnings. Rules C9a, C10."""
