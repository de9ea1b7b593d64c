"""The normalised credential: one SMTP sending configuration stored in an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from smtptui.model.address import format_address
from smtptui.model.fields import FIELDS
from smtptui.model.interning import Interner
from smtptui.model.json_value import Json
from smtptui.model.verification import NEVER_PROBED, Opinion, ProbeOpinion, Status, Verification


class PasswordState(StrEnum):
    """What is known about the stored password, which itself is never part of a credential."""

    READABLE = "readable"
    STORED = "stored"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A stored credential. Times are RFC 3339 UTC texts; None is an empty or unknown value.

    `native` holds the provider's own fields. `version` is the provider's concurrency token (an ETag) when one was
    read; it is not part of the JSON form.
    """

    account: str
    provider: str
    id: str
    name: str | None = None
    host: str | None = None
    port: int | None = None
    security: str | None = None
    security_inferred: bool = False
    auth: str | None = None
    username: str | None = None
    password: PasswordState = PasswordState.UNKNOWN
    from_email: str | None = None
    from_name: str | None = None
    reply_to_email: str | None = None
    reply_to_name: str | None = None
    envelope_from: str | None = None
    default: bool | None = None
    active: bool | None = None
    editable: bool = True
    verification: Verification = field(default_factory=Verification)
    created_at: str | None = None
    updated_at: str | None = None
    native: Mapping[str, Json] = field(default_factory=dict)
    version: str | None = field(default=None, compare=False)

    @property
    def address(self) -> str:
        """ACCOUNT/ID, or file:PATH#ID."""
        return format_address(self.account, self.id)

    @property
    def label(self) -> str:
        """The first of name, sender, username, host and id that is known."""
        return self.name or self.from_email or self.username or self.host or self.id

    def get(self, name: str) -> Any:
        """Return the value of a field."""
        return getattr(self, name)

    def with_opinion(self, opinion: Opinion) -> Credential:
        """Return a copy with this opinion of the provider."""
        return replace(self, verification=replace(self.verification, provider=opinion))

    def intern(self, interner: Interner) -> Credential:
        """Return an equal credential that shares equal values with others of the interner."""
        opinion = self.verification.provider
        opinion = replace(opinion, detail=interner.intern(opinion.detail))
        repeated: dict[str, Any] = {name: interner.intern(getattr(self, name)) for name in _REPEATED}
        return replace(
            self,
            verification=replace(self.verification, provider=opinion),
            native=interner.intern_mapping(self.native),
            **repeated,
        )

    def to_json(self) -> dict[str, Json]:
        """Return the normalised JSON object; keys and their order are those of the field table."""
        body: dict[str, Json] = {}
        for spec in FIELDS:
            value = getattr(self, spec.name)
            if isinstance(value, Verification):
                value = value.to_json()
            elif isinstance(value, PasswordState):
                value = str(value)
            body[spec.name] = value
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any], interner: Interner | None = None) -> Credential:
        """Return the credential that `to_json` wrote; unknown keys are ignored.

        With `interner` equal values of many credentials share memory.
        """
        known = {name: body[name] for name in _NAMES if name in body}
        known["password"] = PasswordState(known.get("password", "unknown"))
        verification = known.get("verification") or {}
        opinion, probe = _opinion(verification.get("provider") or {}), _probe(verification.get("probe") or {})
        if interner is not None:
            for name in _REPEATED:
                if name in known:
                    known[name] = interner.intern(known[name])
            if opinion.at is not None and opinion.at == known.get("updated_at"):
                known["updated_at"] = opinion.at
            opinion = Opinion(opinion.status, opinion.at, interner.intern(opinion.detail))
            if "native" in known:
                known["native"] = interner.intern_mapping(known["native"])
        known["verification"] = Verification(provider=opinion, probe=probe)
        return cls(**known)


_NAMES = tuple(spec.name for spec in FIELDS)
_REPEATED = ("account", "provider", "host", "port", "security", "auth", "from_name", "reply_to_name")


def _opinion(body: Mapping[str, Any]) -> Opinion:
    return Opinion(Status(body.get("status", "unknown")), body.get("at"), body.get("detail") or "")


_NO_PROBE = NEVER_PROBED.to_json()


def _probe(body: Mapping[str, Any]) -> ProbeOpinion:
    if not body or body == _NO_PROBE:
        return NEVER_PROBED
    return ProbeOpinion(
        Status(body.get("status", "never")),
        body.get("at"),
        body.get("detail") or "",
        body.get("verdict"),
        bool(body.get("outdated", False)),
    )
