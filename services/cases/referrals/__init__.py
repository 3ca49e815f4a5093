"""Referrals of a person to an agency. Rules C12, C12a."""
