"""Recurring patterns, found in the incidents and proposed as problems. Rule C3."""
