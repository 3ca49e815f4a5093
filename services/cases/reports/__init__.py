"""What a report of an incident says, read from a form, a file or another system."""
