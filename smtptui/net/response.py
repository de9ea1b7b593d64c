"""An HTTP response, independent of the HTTP library. Its repr shows neither headers nor body."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from smtptui.model.display import printable
from smtptui.model.errors import OutcomeUnknownError, ProtocolBrokenError

MAX_EXCERPT = 80


def _identity(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Response:
    """A response to `url`; header names are lower case.

    The session sets `redact`, and the account and operation that errors about this response name.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    account: str | None = None
    operation: str | None = None
    redact: Callable[[str], str] = field(default=_identity, repr=False, compare=False)

    @property
    def host(self) -> str:
        """The host that sent the response, for messages."""
        return printable(urlsplit(self.url).hostname or "the server", 100)

    @property
    def request_id(self) -> str | None:
        """The provider's ID of this request (`X-Request-Id`), which its support asks for."""
        value = self.headers.get("x-request-id")
        return printable(self.redact(value), 100) if value else None

    @property
    def date(self) -> datetime | None:
        """The server's time (`Date`, RFC 9110 section 6.6.1)."""
        return parse_http_date(self.headers.get("date"))

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait (`Retry-After`: seconds or an HTTP date, RFC 9110 section 10.2.3)."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return float(value)
        when = parse_http_date(value)
        if when is None:
            return None
        return max(0.0, (when - (self.date or datetime.now(UTC))).total_seconds())

    def json(self) -> Any:
        """Parse the body as JSON. Raises ProtocolBrokenError for HTML, truncated JSON and anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            pass
        raise ProtocolBrokenError(
            f"{self.host} answered with status {self.status}, but {self._not_json()}.",
            account=self.account,
            operation=self.operation,
            request_id=self.request_id,
        )

    def json_after_write(self) -> Any:
        """Parse the body of a write. Raises OutcomeUnknownError for anything but JSON: the write may have happened."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            pass
        raise OutcomeUnknownError(
            f"{self.host} answered {self.operation or 'the write'} with status {self.status}, "
            f"but {self._not_json()}: it may or may not have happened.",
            account=self.account,
            operation=self.operation,
            request_id=self.request_id,
        )

    def _not_json(self) -> str:
        content_type = printable(self.redact(self.headers.get("content-type") or "no content type"), 60)
        text = self.body[:4000].decode("utf-8", "replace").strip()
        if not text:
            return f"the body is empty where JSON was expected ({content_type})"
        if text.startswith("<"):
            return f"the body is a web page or XML, not JSON ({content_type})"
        if text[0] in "{[":
            return f"the body is not complete JSON ({content_type}, {len(self.body)} bytes)"
        return f"the body is not JSON ({content_type}): {printable(self.redact(text), MAX_EXCERPT)}"


def parse_http_date(value: str | None) -> datetime | None:
    """Parse an HTTP date (RFC 9110 section 5.6.7) to UTC; None for anything else."""
    if not value:
        return None
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
