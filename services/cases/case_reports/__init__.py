"""A whole problem-solving case to read and to print: HTML and PDF. Rules C4-C7."""
