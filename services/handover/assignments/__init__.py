"""Who advises which area, from when to when, and who follows. Rule H1."""
