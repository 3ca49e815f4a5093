"""PDF from a template and data, by a process of its own within bounds; the fonts are here."""
