"""Critical incidents: declared with reasons, commanded, assessed, decided in a log, stood down. Rule C17."""
