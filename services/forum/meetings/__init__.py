"""Meetings: planned, held or called off, with their agenda and attendance. Rules F7, F9, F10."""
