"""Sends the terminal only the cells that changed."""
