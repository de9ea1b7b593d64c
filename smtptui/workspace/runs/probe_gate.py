"""Limit the probes of a run: some at once at a stored host, none after repeated failures."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from smtptui.probe.bulk import MAX_STRIKES
from smtptui.probe.verdict import VERDICTS, Strike


class ProbeGate:
    """One for a whole run. Its probes are started one by one, so the limits of a bulk probe would not apply."""

    def __init__(self, *, concurrency: int, per_host: int) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._per_host = per_host
        self._host_slots: dict[str, asyncio.Semaphore] = {}
        self._serial_locks: dict[str, asyncio.Lock] = {}
        self._strikes: Counter[tuple[str, int | None]] = Counter()

    @asynccontextmanager
    async def acquire(self, host: str, port: int) -> AsyncIterator[bool]:
        """Hold a slot while a server is probed; yields False where the server must be left alone."""
        name = host.lower().rstrip(".")
        async with self._slots, self._host_slots.setdefault(name, asyncio.Semaphore(self._per_host)):
            if not self._has_failed(name):
                yield True
                return
            async with self._serial_locks.setdefault(name, asyncio.Lock()):
                yield self._strikes[name, None] < MAX_STRIKES and self._strikes[name, port] < MAX_STRIKES

    def record_verdict(self, host: str, port: int, verdict: str) -> None:
        """Record the verdict of a probe at this server."""
        known = VERDICTS.get(verdict)
        if known is not None and known.strike is not Strike.NONE:
            name = host.lower().rstrip(".")
            self._strikes[name, None if known.strike is Strike.HOST else port] += 1

    def _has_failed(self, name: str) -> bool:
        return any(host == name for host, _ in self._strikes)
