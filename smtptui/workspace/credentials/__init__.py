"""Use cases of stored credentials: list, show, create, edit, delete, export."""
