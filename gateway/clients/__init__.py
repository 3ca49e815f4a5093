"""Clients of the services: typed answers, the caller's token passed on, refusals kept as the owner gave them."""
