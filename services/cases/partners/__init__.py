"""Partner agencies: what they offer, where and when, and what was agreed with them. Rule C11."""
