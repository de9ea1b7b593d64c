"""Audit rules over facts about stored credentials. Pure: no I/O and no clock."""
