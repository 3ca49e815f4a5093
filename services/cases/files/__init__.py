"""Case files: what every case has, whatever its kind: an area, who has a part in it, a key. Rules C13, C14, C16."""
