"""Who agreed that what is sent about them to whom, for what and until when. Rule C12."""
