"""Where the requests of one account wait for their turn: so many at once, and at the pace of its limit."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from smtptui.model.errors import RateLimitedError
from smtptui.net.answer import Answer
from smtptui.net.pacing import Pacer, Ticket
from smtptui.net.quota import quota
from smtptui.net.rate_waits import LONG, tell_wait

LONGEST_PAUSE = 120.0


class Turnstile:
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
        self._line = asyncio.Lock()
        self._news: asyncio.Future[None] | None = None
        self._woken = -math.inf
        self._told_until = -math.inf

    async def enter(self, host: str) -> Ticket:
        """Waits its turn. Raises RateLimitedError where that would take minutes; then nothing was sent."""
        await self._slots.acquire()
        try:
            async with self._line:
                while (pause := self._pacer.pause(self._now())) > 0:
                    if LONGEST_PAUSE < pause < math.inf:
                        raise RateLimitedError(
                            f"{host} takes no request for another {pause:.0f} s. Nothing was sent.",
                            retry_after=pause,
                        )
                    await self._tell(pause)
                    await self._wait(pause)
                return self._pacer.sent(self._now())
        except BaseException:
            self._slots.release()
            raise

    def leave(self, ticket: Ticket, answer: Answer | None) -> None:
        """`answer` is None where none came."""
        now, told, unix = self._now(), None, None
        if answer is not None:
            told = quota(answer)
            unix = (answer.date or datetime.now(UTC)).timestamp()
        refused = answer is not None and answer.status == 429
        self._pacer.answered(ticket, now, told, unix=unix, refused=refused)
        self._slots.release()
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def hold(self, seconds: float) -> None:
        """The provider refused with a 429: nothing goes for so long, whoever is next."""
        self._pacer.hold(self._now() + seconds)

    def _now(self) -> float:
        return max(asyncio.get_running_loop().time(), self._woken)

    async def _tell(self, pause: float) -> None:
        """A wait is told once; again where it turns out to be longer."""
        due = self._now() + pause
        if pause < math.inf and due >= self._told_until + LONG:
            self._told_until = due
            await tell_wait(self._account, pause)

    async def _wait(self, pause: float) -> None:
        """Until the pause is over, or an answer came that may say more."""
        due = self._now() + pause
        self._news = asyncio.get_running_loop().create_future()
        if math.isinf(pause):
            await self._news
            return
        sleeping = asyncio.ensure_future(self._sleep(pause))
        try:
            await asyncio.wait({sleeping, self._news}, return_when=asyncio.FIRST_COMPLETED)
            if sleeping.done():
                sleeping.result()
                self._woken = due
        finally:
            sleeping.cancel()
