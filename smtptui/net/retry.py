"""When a failed call is sent again, and after how long."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager

from smtptui.model.errors import RateLimitedError, SmtptuiError, UnavailableError

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
    count: int, final: Callable[[SmtptuiError], bool]
) -> AsyncIterator[AbstractContextManager[object]]:
    """Attempts for `async for attempt in …: with attempt: …`, back-off 0.2 s doubled, with jitter.

    `final` tells of an error that must not be tried again. The last error is raised.
    """
    import stamina

    logging.getLogger("stamina").setLevel(logging.ERROR)

    def on(error: Exception) -> bool | float:
        if isinstance(error, SmtptuiError) and final(error):
            return False
        return wait_before_retry(error)

    return aiter(
        stamina.retry_context(
            on=on, attempts=count, timeout=None, wait_initial=0.2, wait_max=5.0, wait_jitter=0.2
        )
    )
