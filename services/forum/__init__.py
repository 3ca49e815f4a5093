"""The forum service: the area register, public forums, their meetings, minutes and decisions."""
