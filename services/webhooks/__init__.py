"""The webhooks service: partners' endpoints and what is delivered to them."""
