"""Where partners want to hear from us. Rules W1, W2, W5."""
