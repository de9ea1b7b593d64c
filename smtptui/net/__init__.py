"""HTTP: client, retries, pacing, read-only mode, OAuth and the GraphQL session."""
