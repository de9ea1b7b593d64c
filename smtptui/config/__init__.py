"""The configuration: read from TOML, and accounts added on screen written to TOML."""
