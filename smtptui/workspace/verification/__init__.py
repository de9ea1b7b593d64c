"""Use cases of verifying and probing."""
