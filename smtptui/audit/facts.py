"""The facts that rules check: about a credential, its account, and all accounts together.

A Subject is also made straight from a credential's JSON: building ten thousand credentials first would be slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from smtptui.model.address import format_address
from smtptui.model.capability import Capabilities
from smtptui.model.credential import Credential
from smtptui.model.verification import NEVER_PROBED, ProbeOpinion, Status

CONCLUSIVE = frozenset({Status.VERIFIED, Status.FAILED})
"""Statuses that say whether a credential works."""


class Subject(NamedTuple):
    """One credential to check. The fields before `summary` are the credential's own.

    Statuses and `password` are plain strings. `certificate_ends` is RFC 3339, from the last probe. `source` is the
    credential, its JSON, or None where no suppression needs it.
    """

    account: str
    id: str
    host: str | None
    port: int | None
    security: str | None
    security_inferred: bool
    auth: str | None
    username: str | None
    password: str
    from_email: str | None
    from_name: str | None
    default: bool | None
    active: bool | None
    editable: bool
    updated_at: str | None
    native: Mapping[str, Any]
    summary: str
    at: str | None
    provider_status: str
    provider_at: str | None
    provider_detail: str
    probe: ProbeOpinion
    probed: bool
    certificate_ends: str | None
    source: Any

    @property
    def address(self) -> str:
        return format_address(self.account, self.id)

    def credential(self) -> Credential:
        return self.source if isinstance(self.source, Credential) else Credential.from_json(self.source)


_OWN_FIELDS = Subject._fields[: Subject._fields.index("summary")]
_FROM_CREDENTIAL = attrgetter(*_OWN_FIELDS)
_FROM_BODY = itemgetter(*_OWN_FIELDS)


def subject_from_credential(credential: Credential, certificate_ends: str | None = None) -> Subject:
    verification = credential.verification
    return Subject._make(
        (
            *_FROM_CREDENTIAL(credential),
            verification.summary,
            verification.at,
            verification.provider.status,
            verification.provider.at,
            verification.provider.detail,
            verification.probe,
            verification.probe.status != Status.NEVER,
            certificate_ends,
            credential,
        )
    )


def subject_from_json(body: Mapping[str, Any], *, keep_source: bool = True) -> Subject:
    """Build the subject from a credential's JSON; equal to the subject of the credential itself.

    Without its source it takes a tenth of the memory, but no selector can match it.
    """
    try:
        fields = _FROM_BODY(body)
        verification = body["verification"]
        status, at, detail = (
            verification["provider"]["status"],
            verification["provider"]["at"],
            verification["provider"]["detail"],
        )
        is_unprobed = verification["probe"]["status"] == Status.NEVER
    except KeyError:
        is_unprobed = False
    if not is_unprobed:
        return subject_from_credential(Credential.from_json(body))
    is_conclusive = status in CONCLUSIVE
    return Subject._make(
        (
            *fields,
            status if is_conclusive or status == Status.NEVER else Status.UNKNOWN,
            at if is_conclusive else None,
            status,
            at,
            detail,
            NEVER_PROBED,
            False,
            None,
            body if keep_source else None,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """An account, known before its credentials are read. `now` is UTC.

    `inline_secrets` names the settings and `[passwords]` entries of the account that hold their secret as plain text.
    """

    name: str
    capabilities: Capabilities
    now: datetime
    max_age: timedelta
    read_only: bool = False
    inline_secrets: tuple[str, ...] = ()


@dataclass(slots=True)
class ListingFacts:
    """The result of listing an account. `whole`: no selector left out any credential.

    `clock_skew` is how far the provider's clock is ahead of ours, None where it is not known.
    """

    whole: bool = False
    complete: bool = False
    clock_skew: timedelta | None = None
    subjects: int = 0
    defaults: int = 0
    editable: int = 0
    error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFacts:
    """Facts that belong to no single account: shared logins, plain-text passwords, expired suppressions."""

    logins: Mapping[tuple[str, str], tuple[Subject, ...]] = field(default_factory=dict)
    """Subjects by (lower-case host, user name), only those stored more than once."""
    inline_passwords: tuple[str, ...] = ()
    """Plain-text entries of [passwords] that belong to no single account."""
    expired_suppressions: tuple[str, ...] = ()
    """A sentence for each suppression whose date has passed."""
