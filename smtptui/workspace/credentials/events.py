"""What a running use case tells its caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.workspace.credentials.list_events import AccountRead as AccountRead
from smtptui.workspace.credentials.list_events import AccountStarted as AccountStarted
from smtptui.workspace.credentials.list_events import CredentialsRead as CredentialsRead


@dataclass(frozen=True, slots=True)
class Stored:
    """A credential as it is stored now, and what the person should know about it."""

    credential: Credential
    warnings: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ItemFailed:
    """One item failed; the others go on."""

    account: str
    id: str | None
    error: SmtptuiError


ListEvent: TypeAlias = AccountStarted | CredentialsRead | AccountRead | ItemFailed


@dataclass(frozen=True, slots=True)
class ItemDeleted:
    """One credential is gone. `note` says what remains or follows."""

    account: str
    id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class VerificationPlanned:
    """How many credentials are about to be verified, before the first one starts.

    `passwords` is how many passwords our own probe is about to try, at how many `hosts`.
    """

    total: int
    passwords: int = 0
    hosts: int = 0


@dataclass(frozen=True, slots=True)
class VerificationStarted:
    account: str
    id: str


@dataclass(frozen=True, slots=True)
class VerificationStage:
    """A stage of a running probe: `running`, or how it ended."""

    account: str
    id: str
    stage: str
    state: str


@dataclass(frozen=True, slots=True)
class VerificationDone:
    """One outcome. `method` is `provider`, `mail` (a test mail was sent), `probe` or `none` (nothing could verify it).

    `verdict` is the whole verdict of a probe, as JSON; `edit` a change that would mend what it found, never made.
    """

    account: str
    id: str
    method: str
    status: str
    at: str | None
    detail: str
    credential: Credential | None = None
    verdict: Mapping[str, Json] | None = None
    edit: Mapping[str, str | int] | None = None

    def to_json(self) -> dict[str, Json]:
        body: dict[str, Json] = {
            "account": self.account,
            "id": self.id,
            "method": self.method,
            "status": self.status,
            "at": self.at,
            "detail": self.detail,
        }
        if self.verdict is not None:
            body["verdict"] = self.verdict
        return body


VerifyEvent: TypeAlias = (
    VerificationPlanned | VerificationStarted | VerificationStage | VerificationDone | ItemFailed
)


@dataclass(frozen=True, slots=True)
class AccountChecked:
    """What an account is, and, when asked, whether its login is good and what it may do."""

    account: str
    provider: str
    base_url: str
    read_only: bool
    check: Json = None
    error: SmtptuiError | None = None
    unfinished: Sequence[str] = ()

    def to_json(self) -> dict[str, Json]:
        body: dict[str, Json] = {
            "account": self.account,
            "provider": self.provider,
            "base_url": self.base_url,
            "read_only": self.read_only,
        }
        if self.check is not None:
            body["check"] = self.check
        if self.error is not None:
            body["error"] = self.error.to_json()
        if self.unfinished:
            body["unfinished"] = list(self.unfinished)
        return body
