"""Named people in a case: each field sealed by itself, found by a blind index. Rule C13."""
