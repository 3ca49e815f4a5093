"""How long cases are kept, what stops that, and expungement. Rule C16."""
