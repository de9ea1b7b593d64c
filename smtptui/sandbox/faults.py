"""Faults: what is made to go wrong, for whom, how often.

A list of objects, all fields optional; a fault that names no account or operation meets every request:

- ``account``, ``operation``: whom it meets; ``times``: how often (for ever when absent)
- ``latency_ms``: wait before anything else
- ``drop``: ``before`` closes the connection without handling the request, ``after`` handles it and then closes
- ``status``: answer with this HTTP status in the provider's own error shape, with ``code`` and ``message`` when
  given; ``retry_after`` (seconds, or any text) adds the header
- ``redirect``: answer 301 (or ``status``) with this Location
- ``graphql_error``: a code, or ``{code, message}``: an ``errors`` entry at HTTP 200
- ``json``: answer with exactly this body
- ``body``: ``html`` answers with a page of HTML, ``truncated`` with half of the real answer
- ``handled``: true to handle the request before answering so (a GraphQL error then comes beside the data, a
  status after the write was made). ``truncated`` and ``drop: after`` always handle; the others do not by default.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "account": (str,),
    "operation": (str,),
    "times": (int,),
    "latency_ms": (int, float),
    "status": (int,),
    "code": (str,),
    "message": (str,),
    "retry_after": (int, float, str),
    "drop": (str,),
    "body": (str,),
    "graphql_error": (str, dict),
    "redirect": (str,),
    "handled": (bool,),
}
WORDS = {"drop": ("before", "after"), "body": ("html", "truncated")}


@dataclass
class Fault:
    account: str | None = None
    operation: str | None = None
    times: int | None = None
    latency_ms: float = 0
    status: int | None = None
    code: str | None = None
    message: str | None = None
    retry_after: float | str | None = None
    drop: str | None = None
    body: str | None = None
    graphql_error: Any = None
    redirect: str | None = None
    json: Any = None
    handled: bool | None = None

    def matches(self, account: str | None, operation: str) -> bool:
        return (
            self.times != 0
            and self.account in (None, account)
            and (self.operation is None or self.operation in operation.split(","))
        )

    @property
    def replaces_answer(self) -> bool:
        """Whether it takes the place of the answer, or only slows it."""
        spoilers = (self.drop, self.status, self.body, self.graphql_error, self.redirect, self.json)
        return any(value is not None for value in spoilers)

    @property
    def runs_handler(self) -> bool:
        if self.drop == "before":
            return False
        return (
            bool(self.handled) or self.drop == "after" or self.body == "truncated" or not self.replaces_answer
        )


def parse_faults(items: Any) -> list[Fault]:
    """Raises ValueError that names the entry and what is wrong with it."""
    if not isinstance(items, list):
        raise ValueError("faults are a list of objects")
    known = {f.name for f in fields(Fault)}
    for number, item in enumerate(items):
        where = f"fault {number}"
        if not isinstance(item, dict):
            raise ValueError(f"{where}: expected an object")
        for name, value in item.items():
            if name not in known:
                raise ValueError(f"{where}: unknown field {name!r}; known: {', '.join(sorted(known))}")
            if value is None or name == "json":
                continue
            if not isinstance(value, TYPES[name]) or (isinstance(value, bool) and name != "handled"):
                raise ValueError(f"{where}: {name} has the wrong type")
            if name in WORDS and value not in WORDS[name]:
                raise ValueError(f"{where}: {name} is one of {', '.join(WORDS[name])}")
        if isinstance(item.get("graphql_error"), dict) and not isinstance(
            item["graphql_error"].get("code"), str
        ):
            raise ValueError(f"{where}: graphql_error needs a code")
    return [Fault(**{k: v for k, v in item.items() if v is not None}) for item in items]


class Faults:
    """The faults in force. All that meet a request slow it; the first that answers spoils it."""

    def __init__(self, items: Iterable[Fault] = ()) -> None:
        self.items = list(items)

    def replace(self, items: list[Fault]) -> None:
        self.items = items

    def take(self, account: str | None, operation: str) -> tuple[float, Fault | None]:
        """The seconds to wait and the fault to apply, counted against ``times``."""
        delay, spoiler = 0.0, None
        for fault in self.items:
            if not fault.matches(account, operation) or (fault.replaces_answer and spoiler):
                continue
            if fault.times is not None:
                fault.times -= 1
            delay += fault.latency_ms / 1000
            spoiler = fault if fault.replaces_answer else spoiler
        return delay, spoiler

    def as_list(self) -> list[dict[str, Any]]:
        return [{k: v for k, v in vars(fault).items() if v not in (None,)} for fault in self.items]
