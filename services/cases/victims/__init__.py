"""Victims: what they need, who supports them, and what they were promised to be told by when. Rule C20."""
