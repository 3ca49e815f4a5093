"""Triage: what a forum does about a concern, by when, and how it goes one tier up and comes back. Rules F14, F15."""
