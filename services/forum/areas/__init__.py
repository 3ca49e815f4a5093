"""The area register: codes, names, population, boundaries. Rules A1 to A3."""
