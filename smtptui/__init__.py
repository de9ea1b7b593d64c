"""smtptui: SMTP credentials stored at several SaaS platforms, on one screen and one command line."""

__version__ = "0.1.0"
