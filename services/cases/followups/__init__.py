"""Whether people offended again after diversion, kept as counts that know of nobody. Rule C10."""
