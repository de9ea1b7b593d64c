"""The workspace itself and what every use case needs."""
