"""Concerns: what people ask of a forum, triaged in time and answered to who raised it. Rules F14, F15."""
