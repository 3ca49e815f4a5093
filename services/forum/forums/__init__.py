"""Forums: their kinds, rules of procedure and advisories. Rules F1, F4."""
