"""A forum's records as tables for other programs: CSV and XLSX, each with its dictionary."""
