"""The workspace and what every use case needs: options, operations, events, error handling."""
