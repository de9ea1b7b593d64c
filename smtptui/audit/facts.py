"""What a rule sees: a credential flattened to what the rules ask about, and what is known of its account.

A subject is made from a credential, or straight from its JSON form, without building the credential first:
an audit reads ten thousand of them.
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

_PLAIN = (
    "account",
    "id",
    "host",
    "port",
    "security",
    "security_inferred",
    "auth",
    "username",
    "password",
    "from_email",
    "from_name",
    "default",
    "active",
    "editable",
    "updated_at",
    "native",
)
_FROM_CREDENTIAL = attrgetter(*_PLAIN)
_FROM_BODY = itemgetter(*_PLAIN)
_CONCLUSIVE = frozenset({Status.VERIFIED, Status.FAILED})


class Subject(NamedTuple):
    """One credential. The first fields are the credential's own; `summary` and `at` are its verification's.

    Statuses and `password` are their words. `certificate_ends` is RFC 3339, from the last probe. `source` is
    the credential, its JSON form, or None where nobody will ask for it.
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
        """The whole credential."""
        return self.source if isinstance(self.source, Credential) else Credential.from_json(self.source)


def subject_from_credential(credential: Credential, certificate_ends: str | None = None) -> Subject:
    said = credential.verification
    return Subject._make(
        (
            *_FROM_CREDENTIAL(credential),
            said.summary,
            said.at,
            said.provider.status,
            said.provider.at,
            said.provider.detail,
            said.probe,
            said.probe.status != Status.NEVER,
            certificate_ends,
            credential,
        )
    )


def subject_from_json(body: Mapping[str, Any], *, keep_source: bool = True) -> Subject:
    """The subject of a credential's JSON form; the same as that of the credential it stands for.

    Without its source it takes a tenth of the memory, and no selector can look at it.
    """
    try:
        plain = _FROM_BODY(body)
        said = body["verification"]
        status, at, detail = said["provider"]["status"], said["provider"]["at"], said["provider"]["detail"]
        untried = said["probe"]["status"] == Status.NEVER
    except KeyError:
        untried = False
    if not untried:
        return subject_from_credential(Credential.from_json(body))
    told = status in _CONCLUSIVE
    return Subject._make(
        (
            *plain,
            status if told or status == Status.NEVER else Status.UNKNOWN,
            at if told else None,
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
    """What is known of an account before its credentials are looked at. `now` is UTC.

    `inline_secrets` names the settings, and the `[passwords]` entries of the account, whose secret stands in
    the configuration itself.
    """

    name: str
    capabilities: Capabilities
    now: datetime
    max_age: timedelta
    read_only: bool = False
    inline_secrets: tuple[str, ...] = ()


@dataclass(slots=True)
class ListingFacts:
    """What became of reading an account. `whole`: every credential was looked at, none left out by a selector.

    `clock_skew` is how far the provider's clock is ahead of ours, None where it was not heard.
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
    """What concerns no single account: shared logins, and what the configuration holds for no account."""

    logins: Mapping[tuple[str, str], tuple[Subject, ...]] = field(default_factory=dict)
    """Subjects by (host in lower case, user name), only where there are several."""
    inline_passwords: tuple[str, ...] = ()
    """Entries of [passwords] that belong to no single account and stand in the configuration itself."""
    expired: tuple[tuple[str, str], ...] = ()
    """Expired suppressions: the rule, and in words what ended when."""
