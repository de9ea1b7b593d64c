"""Verifications and probes on screen."""
