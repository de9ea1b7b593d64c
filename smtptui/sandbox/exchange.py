"""One HTTP exchange as the dialects see it: what came in, what it is called in the log, what goes out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

Kind = Literal["read", "test", "write", "auth"]

JSON_TYPE = "application/json"


@dataclass(frozen=True)
class IncomingCall:
    """A request; ``path`` is below the dialect's prefix, header names are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @cached_property
    def body(self) -> Any:
        """The parsed JSON or form body; None when empty or unreadable."""
        if not self.raw:
            return None
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.raw.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None


@dataclass(frozen=True)
class Label:
    """How a call is named in the request log and matched by faults; ``account`` is None when unknown."""

    account: str | None
    operation: str
    kind: Kind
    variables: Any = None


@dataclass
class Answer:
    """A response; a ``body`` of None is an empty one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """One provider's way of speaking, mounted under ``prefix``."""

    prefix: str

    def label(self, call: IncomingCall) -> Label: ...

    async def answer(self, call: IncomingCall, label: Label) -> Answer: ...

    def refusal(self, status: int, code: str | None, message: str | None) -> Answer:
        """What this provider's own error of that HTTP status looks like (used by faults)."""
        ...

    def graphql_error(self, label: Label, code: str, message: str | None) -> dict[str, Any]:
        """One entry of ``errors`` in this dialect's shape (used by faults)."""
        ...
