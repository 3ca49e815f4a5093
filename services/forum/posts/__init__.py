"""Posts: officers and teams assigned to areas, sectoral policing. Rule A5."""
