"""Warning signals: what a forum's history says before anybody does. Rule F17."""
