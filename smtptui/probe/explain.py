"""Explain a server's reply by the first matching row of `replies.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from smtptui.model.display import printable
from smtptui.probe.replies import Reply


class Explanation(NamedTuple):
    """A row of the table. Where `cause` or `remedy` is empty, the verdict's text is used.

    `confidence` is `certain` (measured or documented), `likely`, or `guess`.
    """

    stage: str
    code: str
    enhanced: str
    regex: str
    host: str
    verdict: str
    cause: str
    remedy: str
    confidence: str
    example: str

    def matches(self, stage: str, reply: Reply, host: str) -> bool:
        return (
            stage == self.stage
            and re.fullmatch(self.code, str(reply.code)) is not None
            and (not self.enhanced or reply.enhanced == self.enhanced)
            and (not self.host or f".{host.lower()}".endswith(f".{self.host}"))
            and (not self.regex or re.search(self.regex, printable(reply.text), re.IGNORECASE) is not None)
        )


@lru_cache(maxsize=1)
def load_table() -> tuple[Explanation, ...]:
    """Return every row in the order of the file."""
    rows = tomllib.loads(Path(__file__).with_name("replies.toml").read_text("utf-8"))["reply"]
    return tuple(
        Explanation(**{name: str(row.get(name, "")) for name in Explanation._fields}) for row in rows
    )


def explain(stage: str, reply: Reply, host: str) -> Explanation | None:
    """Return the first row for a reply in a stage: `banner`, `ehlo`, `starttls`, `auth`, `mail`, `rcpt`, `data`."""
    return next((row for row in load_table() if row.matches(stage, reply, host)), None)
