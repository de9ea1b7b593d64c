"""Where the requests of one account wait for their turn: so many at once, and at the pace of its limit."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from smtptui.model.errors import RateLimitedError
from smtptui.net.pacing import Pacer, Ticket
from smtptui.net.quota import parse_quota
from smtptui.net.rate_waits import MIN_REPORTED_WAIT, report_wait
from smtptui.net.response import Response

MAX_WAIT = 120.0


class RequestGate:
    """`enter` before a request, `leave` after it in any case. Belongs to one event loop."""

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
        self._reported_until = -math.inf

    async def acquire(self, host: str) -> Ticket:
        """Waits its turn. Raises RateLimitedError where that would take minutes; then nothing was sent."""
        await self._slots.acquire()
        try:
            async with self._queue_lock:
                while (pause := self._pacer.compute_delay(self._now())) > 0:
                    if MAX_WAIT < pause < math.inf:
                        raise RateLimitedError(
                            f"{host} takes no request for another {pause:.0f} s. Nothing was sent.",
                            retry_after=pause,
                        )
                    await self._report_wait(pause)
                    await self._wait(pause)
                return self._pacer.record_request(self._now())
        except BaseException:
            self._slots.release()
            raise

    def release(self, ticket: Ticket, answer: Response | None) -> None:
        """`answer` is None where none came."""
        now, told, unix = self._now(), None, None
        if answer is not None:
            told = parse_quota(answer)
            unix = (answer.date or datetime.now(UTC)).timestamp()
        refused = answer is not None and answer.status == 429
        self._pacer.record_response(ticket, now, told, unix=unix, refused=refused)
        self._slots.release()
        if self._response_arrived is not None and not self._response_arrived.done():
            self._response_arrived.set_result(None)

    def block(self, seconds: float) -> None:
        """The provider refused with a 429: nothing goes for so long, whoever is next."""
        self._pacer.block_until(self._now() + seconds)

    def _now(self) -> float:
        return max(asyncio.get_running_loop().time(), self._min_now)

    async def _report_wait(self, pause: float) -> None:
        """A wait is told once; again where it turns out to be longer."""
        due = self._now() + pause
        if pause < math.inf and due >= self._reported_until + MIN_REPORTED_WAIT:
            self._reported_until = due
            await report_wait(self._account, pause)

    async def _wait(self, pause: float) -> None:
        """Until the pause is over, or an answer came that may say more."""
        due = self._now() + pause
        self._response_arrived = asyncio.get_running_loop().create_future()
        if math.isinf(pause):
            await self._response_arrived
            return
        sleeping = asyncio.ensure_future(self._sleep(pause))
        try:
            await asyncio.wait({sleeping, self._response_arrived}, return_when=asyncio.FIRST_COMPLETED)
            if sleeping.done():
                sleeping.result()
                self._min_now = due
        finally:
            sleeping.cancel()
