"""The queue of one account's requests: bounds how many are in flight, and paces them to the rate limit."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from smtptui.model.errors import RateLimitedError
from smtptui.net.pacing import Pacer, Ticket
from smtptui.net.quota import parse_quota
from smtptui.net.rate_waits import report_wait
from smtptui.net.response import Response

MAX_WAIT = 120.0


class RequestGate:
    """`acquire` before a request, `release` after it in any case. Belongs to one event loop."""

    def __init__(
        self,
        pacer: Pacer,
        concurrency: int,
        sleep: Callable[[float], Awaitable[None]],
        account: str = "",
    ) -> None:
        self._account = account
        self._pacer = pacer
        self._sleep = sleep
        self._slots = asyncio.Semaphore(max(1, concurrency))
        self._queue_lock = asyncio.Lock()
        self._response_arrived: asyncio.Future[None] | None = None
        self._min_now = -math.inf
        self._waiting_until = -math.inf

    async def acquire(self, host: str) -> Ticket:
        """Wait for a turn. Raises RateLimitedError instead of waiting longer than `MAX_WAIT`."""
        # Every operation that waits reports it, not only the one whose request is first in the queue.
        await report_wait(self._account, self._waiting_until - self._now())
        await self._slots.acquire()
        try:
            async with self._queue_lock:
                while (delay := self._pacer.compute_delay(self._now())) > 0:
                    if MAX_WAIT < delay < math.inf:
                        raise RateLimitedError(
                            f"{host} allows no request for another {delay:.0f} s. Nothing was sent.",
                            retry_after=delay,
                        )
                    await report_wait(self._account, delay)
                    await self._wait(delay)
                return self._pacer.record_request(self._now())
        except BaseException:
            self._slots.release()
            raise

    def release(self, ticket: Ticket, response: Response | None) -> None:
        """Free the slot and record the response, None where none came."""
        now, quota, unix = self._now(), None, None
        if response is not None:
            quota = parse_quota(response)
            unix = (response.date or datetime.now(UTC)).timestamp()
        refused = response is not None and response.status == 429
        self._pacer.record_response(ticket, now, quota, unix=unix, refused=refused)
        self._slots.release()
        if self._response_arrived is not None and not self._response_arrived.done():
            self._response_arrived.set_result(None)

    def block(self, seconds: float) -> None:
        """Let nothing pass for `seconds`, after the provider's 429."""
        self._pacer.block_until(self._now() + seconds)

    def _now(self) -> float:
        return max(asyncio.get_running_loop().time(), self._min_now)

    async def _wait(self, delay: float) -> None:
        """Wait until the delay is over or a response may have changed the quota."""
        due = self._now() + delay
        self._response_arrived = asyncio.get_running_loop().create_future()
        if math.isinf(delay):
            await self._response_arrived
            return
        self._waiting_until = due
        sleeping = asyncio.ensure_future(self._sleep(delay))
        try:
            await asyncio.wait({sleeping, self._response_arrived}, return_when=asyncio.FIRST_COMPLETED)
            if sleeping.done():
                sleeping.result()
                # A timer may fire a little early; the pacer must not see that.
                self._min_now = due
        finally:
            self._waiting_until = -math.inf
            sleeping.cancel()
