"""The four dialects as real HTTP servers, and real SMTP servers, on loopback.

An independent witness: written from the providers' rules alone, it shares no code with the adapters that it
serves, so that a mistake cannot hide by being made twice. Start it with ``python -m smtptui.sandbox``.
"""
