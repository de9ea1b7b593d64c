"""The configuration: TOML in, and accounts added on screen out."""
