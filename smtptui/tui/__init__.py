"""The terminal face: screens, keys and words over the use cases of the workspace."""
