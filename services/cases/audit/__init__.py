"""Who read and changed which case: an append-only log, chained by hash. Rule C15."""
