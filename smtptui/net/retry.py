"""Retries: which failed calls are sent again, and after how long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager

from smtptui.model.errors import RateLimitedError, SmtptuiError, UnavailableError
from smtptui.net.cancellation import await_unless_cancelled
from smtptui.net.rate_waits import report_wait

MAX_ATTEMPTS = 4
MAX_RETRY_AFTER = 60.0
CERTIFICATE_CODE = "certificate"


def wait_before_retry(error: BaseException) -> bool | float:
    """Return False to give up, True to retry after the usual back-off, or the seconds to wait.

    A `Retry-After` above `MAX_RETRY_AFTER` and a refused certificate are not retried.
    """
    if not isinstance(error, (RateLimitedError, UnavailableError)) or error.code == CERTIFICATE_CODE:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= MAX_RETRY_AFTER else False


def retry_attempts(
    count: int, is_final: Callable[[SmtptuiError], bool], account: str = ""
) -> AsyncIterator[AbstractContextManager[object]]:
    """Yield attempts for `async for attempt in …: with attempt: …`, with a doubling back-off from 0.2 s.

    An error for which `is_final` returns True is not retried. The last error is raised. A wait that the provider
    asked for is reported for `account`.
    """
    import stamina

    logging.getLogger("stamina").setLevel(logging.ERROR)

    def on(error: Exception) -> bool | float:
        if isinstance(error, SmtptuiError) and is_final(error):
            return False
        wait = wait_before_retry(error)
        if attempts.started < count:
            attempts.report_wait(float(wait))
        return wait

    tries = aiter(
        stamina.retry_context(
            on=on, attempts=count, timeout=None, wait_initial=0.2, wait_max=5.0, wait_jitter=0.2
        )
    )
    attempts = _CancellableAttempts(tries, account)
    return attempts


class _CancellableAttempts:
    """Wraps attempts so that a stop ends the wait before the next one. `started` counts the attempts so far."""

    def __init__(self, tries: AsyncIterator[AbstractContextManager[object]], account: str) -> None:
        self._tries = tries
        self._account = account
        self.started = 0
        self._report: asyncio.Task[None] | None = None

    def __aiter__(self) -> _CancellableAttempts:
        return self

    async def __anext__(self) -> AbstractContextManager[object]:
        self.started += 1
        if self.started > 1:
            return await await_unless_cancelled(anext(self._tries))
        return await anext(self._tries)

    def report_wait(self, seconds: float) -> None:
        """Report the wait while it lasts: the back-off library decides on it and sleeps in one step."""
        self._report = asyncio.get_running_loop().create_task(report_wait(self._account, seconds))
