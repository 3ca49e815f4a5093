"""Corrections of rumours: public notices with sources, that never change silently. Rule F16."""
