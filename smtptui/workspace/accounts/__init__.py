"""Use cases of the configured accounts."""
