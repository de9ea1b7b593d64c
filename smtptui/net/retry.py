"""When a failed call is sent again, and after how long."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager

from smtptui.model.errors import RateLimitedError, SmtptuiError, UnavailableError
from smtptui.net.cancellation import unless_stopped
from smtptui.net.rate_waits import tell_wait

ATTEMPTS = 4
LONGEST_WAIT = 60.0
CERTIFICATE = "certificate"


def wait_before_retry(error: BaseException) -> bool | float:
    """False: do not try again. True: after the usual back-off. A number: after so many seconds.

    A provider that asks for more than a minute is not waited for; a certificate does not mend itself.
    """
    if not isinstance(error, (RateLimitedError, UnavailableError)) or error.code == CERTIFICATE:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False


def attempts(
    count: int, final: Callable[[SmtptuiError], bool], account: str = ""
) -> AsyncIterator[AbstractContextManager[object]]:
    """Attempts for `async for attempt in …: with attempt: …`, back-off 0.2 s doubled, with jitter.

    `final` tells of an error that must not be tried again. The last error is raised. A wait that the provider asked
    for is told as one for `account`.
    """
    import stamina

    logging.getLogger("stamina").setLevel(logging.ERROR)

    def on(error: Exception) -> bool | float:
        if isinstance(error, SmtptuiError) and final(error):
            return False
        heedful.asked = wait_before_retry(error)
        return heedful.asked

    tries = aiter(
        stamina.retry_context(
            on=on, attempts=count, timeout=None, wait_initial=0.2, wait_max=5.0, wait_jitter=0.2
        )
    )
    heedful = _Heedful(tries, account)
    return heedful


class _Heedful:
    """The same attempts; who is stopped does not wait for the next one. The first one is not waited for.

    `asked`: what `wait_before_retry` says of the last failure.
    """

    def __init__(self, tries: AsyncIterator[AbstractContextManager[object]], account: str) -> None:
        self._tries = tries
        self._account = account
        self._begun = False
        self.asked: bool | float = False

    def __aiter__(self) -> _Heedful:
        return self

    async def __anext__(self) -> AbstractContextManager[object]:
        if self._begun:
            return await unless_stopped(self._next())
        self._begun = True
        return await anext(self._tries)

    async def _next(self) -> AbstractContextManager[object]:
        # What was tried and went well ends here too, without a wait.
        asked, self.asked = self.asked, False
        await tell_wait(self._account, float(asked))
        return await anext(self._tries)
