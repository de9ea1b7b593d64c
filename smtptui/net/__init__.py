"""The one place that talks HTTP: client, retry, pacing, read-only mode, OAuth and the GraphQL session."""
