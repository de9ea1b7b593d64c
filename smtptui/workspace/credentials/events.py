"""Events of listing and changing credentials. Light to import: the first paint needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import ItemEnded


class AccountStarted(NamedTuple):
    """An account is being listed."""

    account: str
    provider: str


class CredentialsRead(NamedTuple):
    """Matching credentials, as they arrive. `stale_since` is when their snapshot was read, None for live ones.

    `total` is the number of records that the provider reports, matching or not.
    """

    account: str
    credentials: Sequence[Credential]
    total: int | None = None
    stale_since: str | None = None


@dataclass(frozen=True, slots=True)
class AccountRead(ItemEnded):
    """An account is listed. `count` is the number of credentials read, matching or not."""

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


ListEvent: TypeAlias = AccountStarted | CredentialsRead | AccountRead | ItemFailed


@dataclass(frozen=True, slots=True)
class Stored(ItemEnded):
    """A credential as it is stored now, with warnings to show."""

    credential: Credential
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ItemDeleted(ItemEnded):
    """One credential is deleted. `note` says what remains or follows."""

    account: str
    id: str
    note: str = ""
