"""Digitanium's status words as errors."""

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
from smtptui.net.classify import classify_status
from smtptui.net.response import Response
from smtptui.providers.kit.errors import ErrorMeaning, refusal

MEANINGS: dict[str, ErrorMeaning] = {
    "BAD_REQUEST": ErrorMeaning(
        InvalidFieldError, "Host and from address are required; check them and the other fields."
    ),
    "Unauthorized": ErrorMeaning(LoginRefusedError),
    "USER_NOT_FOUND": ErrorMeaning(
        NotFoundError,
        "The test mail goes to the user of the account's token, who has no address. No mail was sent. "
        "Use the token of a user with an address, or verify with --method probe.",
    ),
}

INCONCLUSIVE_STATUSES = frozenset({401, 403, 404, 405, 408, 429, 502, 503, 504})
"""HTTP statuses of a test that say nothing about the stored mail server."""


def read_status(response: Response) -> tuple[str | None, str]:
    """Return the `status` word and `message` of a response; (None, "") where it has none."""
    try:
        body = response.json()
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


def classify(response: Response) -> SmtptuiError | None:
    """Return the error of a response, by its status word, else by its HTTP status."""
    usual = classify_status(response)
    if usual is None:
        return None
    word, message = read_status(response)
    if word is None:
        return usual
    return refusal(
        "Digitanium", message, MEANINGS.get(word), response, code=word, retry_after=usual.retry_after
    )


def classify_test(response: Response) -> SmtptuiError | None:
    """Like `classify`, but None for a response that says why the mail could not be sent.

    That is the outcome of the test, not a failure to run it. The provider documents 200, 401 and 404 only; any other
    status with a sentence is taken as an outcome, a bare status word is not.
    """
    if response.status not in INCONCLUSIVE_STATUSES and response.status >= 400:
        word, message = read_status(response)
        if word is not None and message not in ("", word):
            return None
    return classify(response)
