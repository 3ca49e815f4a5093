"""The handover database, step by step."""
