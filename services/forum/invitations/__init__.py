"""Invitations: who is asked to a meeting, and the mails that say so. Rule F7."""
