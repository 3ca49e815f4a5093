"""Themes: like concerns of several neighbourhoods, offered together and answered once. Rule F15."""
