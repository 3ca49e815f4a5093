"""Hate crimes: bias perceived, indicators observed and the law's view of it, apart from the base offence. Rule C2."""
