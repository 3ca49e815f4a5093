"""Diversion cases: what is known of act and person, who consents to what, who is eligible. Rules C9, C10."""
