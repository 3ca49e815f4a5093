"""The public face: forums, calendars, minutes, feeds; read without login, without script, in several languages. F20."""
