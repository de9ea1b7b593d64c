"""Audit live listings or snapshots."""
