"""The handover brief: what every service published of an area, as of a moment, frozen. Rule H8."""
