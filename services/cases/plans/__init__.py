"""Community safety plans: objectives, tasks, reviews, and what of them falls due. Rule C6."""
