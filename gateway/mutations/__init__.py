"""The schema's entry points for changing: one mutation a file, each one command of the service that owns the thing."""
