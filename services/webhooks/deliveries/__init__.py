"""What is sent to partners' endpoints, and how it went. Rules W3, W4, W5."""
