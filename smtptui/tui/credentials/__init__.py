"""The list of credentials and the screens of one credential."""
