"""Plans and their runs on screen."""
