"""The order of business: a meeting's agenda as people read it, and the items its secretary adds. Rule F9."""
