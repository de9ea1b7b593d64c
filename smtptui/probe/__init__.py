"""Our own live SMTP conversation. Importing this package imports none of its modules."""
