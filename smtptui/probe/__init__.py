"""Our own live SMTP conversation: what really happens when a credential is used.

- `target.Target`, `target.Options`: what to try, and how.
- `blocking.probe_once`: one probe over plain sockets; imports no asyncio.
- `session.probe`: the same over asyncio; `bulk.probe_many`: many, within the limits that keep accounts unlocked.
- `verdict.Verdict`: what came out; `verdict.KNOWN` lists every verdict id.

`machine.Conversation` holds every decision and does no I/O; both drivers only carry out its `actions`.
Importing this package imports none of them.
"""
