"""What Digitanium's status words mean."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.display import printable
from smtptui.model.errors import (
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    ProtocolBrokenError,
    SmtptuiError,
)
from smtptui.net.response import Response
from smtptui.net.session import classify_status

ERROR_BY_STATUS: dict[str, type[SmtptuiError]] = {
    "BAD_REQUEST": InvalidFieldError,
    "Unauthorized": LoginRefusedError,
    "USER_NOT_FOUND": NotFoundError,
}

HINTS: dict[str, str] = {
    "BAD_REQUEST": "Host and From address are mandatory; check them and the other fields.",
    "USER_NOT_FOUND": "The test mail goes to the user behind the account's token, and the platform knows no such "
    "user with an address. Use the token of a user who has one, or verify with --method probe. No mail was sent.",
}

INCONCLUSIVE_STATUSES = frozenset({401, 403, 404, 405, 408, 429, 502, 503, 504})
"""Statuses of a test that say nothing about the stored mail server."""


def read_status(answer: Response) -> tuple[str | None, str]:
    """The `status` word and the `message` of an answer of this dialect; (None, "") where it is none."""
    try:
        body = answer.json()
    except ProtocolBrokenError:
        return None, ""
    if not isinstance(body, Mapping):
        return None, ""
    word = body.get("status")
    message = body.get("message")
    return (
        printable(word, 60) if isinstance(word, str) and word else None,
        printable(message, 300) if isinstance(message, str) else "",
    )


def classify(answer: Response) -> SmtptuiError | None:
    """The error an answer stands for, by its status word, else by its HTTP status."""
    usual = classify_status(answer)
    if usual is None:
        return None
    word, message = read_status(answer)
    if word is None:
        return usual
    found = ERROR_BY_STATUS.get(word, type(usual))
    return found(
        f"Digitanium refused: {message or 'no reason given'} [{word}]",
        code=word,
        retry_after=usual.retry_after,
        hint=HINTS.get(word),
    )


def classify_test(answer: Response) -> SmtptuiError | None:
    """Like `classify`, but None for an answer of this dialect saying that the mail could not be sent.

    Such an answer is the outcome of the test, not a failure to make it. [The provider documents 200, 401 and 404
    only; any other status that comes with a sentence is taken so, a bare status word is not.]
    """
    if answer.status not in INCONCLUSIVE_STATUSES and answer.status >= 400:
        word, message = read_status(answer)
        if word is not None and message not in ("", word):
            return None
    return classify(answer)
