"""Verify credentials through their providers or with our own probe."""
