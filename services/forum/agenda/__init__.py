"""The agenda's queue: what a forum's next meeting has to take up, put there from elsewhere. Rules F6, F9, F15."""
