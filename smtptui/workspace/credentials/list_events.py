"""What a listing tells its caller of an account: apart from other events, for who only shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json


class AccountStarted(NamedTuple):
    """An account is being read."""

    account: str
    provider: str


class CredentialsRead(NamedTuple):
    """Credentials that were picked, as they come. `stale_since` tells the age of a snapshot, None for live ones.

    `total` is how many records the provider says it has, picked or not.
    """

    account: str
    credentials: Sequence[Credential]
    total: int | None = None
    stale_since: str | None = None


@dataclass(frozen=True, slots=True)
class AccountRead:
    """An account is done. `count` is the number of credentials read, picked or not."""

    account: str
    provider: str
    complete: bool
    count: int
    error: SmtptuiError | None = None
    stale_since: str | None = None
    note: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "account": self.account,
            "provider": self.provider,
            "complete": self.complete,
            "count": self.count,
            "error": self.error.to_json() if self.error else None,
            "stale_since": self.stale_since,
            "note": self.note,
        }
