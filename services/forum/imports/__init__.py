"""Old records taken over in bulk: seats, and meetings with all that belongs to them; each row is reported."""
