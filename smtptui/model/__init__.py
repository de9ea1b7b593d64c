"""Credential, fields, change, capability, verification and errors as types: no I/O, no clock."""
