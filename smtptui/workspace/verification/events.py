"""Events of a verification or probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from smtptui.model.credential import Credential
from smtptui.model.json_value import Json
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import ItemEnded, ItemsPlanned


@dataclass(frozen=True, slots=True)
class VerificationPlanned(ItemsPlanned):
    """`total` credentials are about to be verified.

    It comes again, with the number of `passwords` that our own probe is about to try and of their `hosts`, before
    the first one is tried.
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
class VerificationDone(ItemEnded):
    """One result. `method` is `provider`, `mail` (a test mail was sent), `probe` or `none` (no way to verify it).

    `verdict` is the JSON of a probe's verdict; `edit` a change that would fix what it found, never made by itself.
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
