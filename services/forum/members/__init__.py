"""Seats: who sits in a forum, for whom, from when to when. Rules F2, F3."""
