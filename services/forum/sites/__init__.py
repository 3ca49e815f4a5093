"""Sites: areas where community-oriented policing is piloted, compared or extended. Rule A4."""
