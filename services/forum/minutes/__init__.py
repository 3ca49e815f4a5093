"""Minutes: from draft to published versions in a hash chain. Rules F11, F11a."""
