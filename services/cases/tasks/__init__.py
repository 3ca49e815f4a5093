"""What a supervisor of an area is to do. Rules C2, C6, C14."""
