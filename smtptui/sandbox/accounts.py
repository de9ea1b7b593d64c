"""What each account of the sandbox is: its login, its rights and its records."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .oauth import Tokens
from .records import Record, Records


@dataclass
class BlueCompany:
    """``role`` is OWNER, ADMIN or MEMBER; ``feature`` is the white-label feature that mutations need;
    with ``id_only_update`` off, an update that carries nothing but the id is BAD_USER_INPUT."""

    name: str
    company_id: str
    slug: str
    token_id: str
    token_secret: str
    role: str = "OWNER"
    feature: bool = True
    id_only_update: bool = True
    token_expired: bool = False
    records: Records = field(default_factory=Records)

    settable: ClassVar[tuple[str, ...]] = ("role", "feature", "id_only_update", "token_expired")

    def login(self) -> dict[str, str]:
        return {"company_id": self.company_id, "token_id": self.token_id, "token_secret": self.token_secret}

    def state(self) -> list[Record]:
        return list(self.records)


@dataclass
class PipefyOrganization:
    """``manage`` is manage access; ``relay_in_list`` off makes the list refuse ``ipRelayAuth``;
    ``strict_endpoints`` off serves every operation on both endpoints."""

    name: str
    organization_id: str
    tokens: Tokens
    manage: bool = True
    relay_in_list: bool = True
    strict_endpoints: bool = True
    records: Records = field(default_factory=Records)
    senders: dict[str, Record] = field(default_factory=dict)

    settable: ClassVar[tuple[str, ...]] = ("manage", "relay_in_list", "strict_endpoints")

    def login(self) -> dict[str, str]:
        return {
            "organization_id": self.organization_id,
            "client_id": self.tokens.client_id,
            "client_secret": self.tokens.client_secret,
            "token": self.tokens.ready_token,
        }

    def senders_of(self, configuration_id: str) -> list[Record]:
        return [s for s in self.senders.values() if s["smtpConfigurationId"] == configuration_id]

    def state(self) -> list[Record]:
        by_configuration: dict[str, list[Record]] = {}
        for sender in self.senders.values():
            row = {key: sender[key] for key in ("id", "emailAddress", "senderName")}
            by_configuration.setdefault(sender["smtpConfigurationId"], []).append(row)
        return [
            {
                **record,
                "port": str(record["port"]),
                "smtpCustomEmails": by_configuration.get(record["id"], []),
            }
            for record in self.records
        ]


ALL_PERMISSIONS = ("provider.read", "provider.create", "provider.update", "provider.delete")


@dataclass
class SendmuxTeam:
    """``role`` root:readonly can only read, whatever ``permissions`` say."""

    name: str
    api_key: str
    role: str = "root:full"
    permissions: list[str] = field(default_factory=lambda: list(ALL_PERMISSIONS))
    records: Records = field(default_factory=Records)
    versions: dict[str, int] = field(default_factory=dict)
    idempotency: dict[str, Any] = field(default_factory=dict)
    window: deque[float] = field(default_factory=deque)

    settable: ClassVar[tuple[str, ...]] = ("role", "permissions")

    def login(self) -> dict[str, str]:
        return {"api_key": self.api_key}

    def state(self) -> list[Record]:
        return list(self.records)


@dataclass
class DigitaniumTenant:
    """``user_email`` is the calling user who gets test mails; null makes a test USER_NOT_FOUND."""

    name: str
    tenant_id: str
    hostname: str
    tokens: Tokens
    user_email: str | None = "service-account@acme.example"
    record: Record | None = None

    settable: ClassVar[tuple[str, ...]] = ("user_email",)

    def login(self) -> dict[str, str]:
        return {
            "tenant_id": self.tenant_id,
            "hostname": self.hostname,
            "client_id": self.tokens.client_id,
            "client_secret": self.tokens.client_secret,
            "token": self.tokens.ready_token,
        }

    def state(self) -> list[Record]:
        return [self.record] if self.record else []


Account = BlueCompany | PipefyOrganization | SendmuxTeam | DigitaniumTenant


def describe_access(account: Account) -> dict[str, Any]:
    """The rights and the login of an account, as ``GET /__sandbox__/access`` shows them."""
    shown: dict[str, Any] = {name: getattr(account, name) for name in account.settable}
    if isinstance(account, PipefyOrganization | DigitaniumTenant):
        shown["token_lifetime"] = account.tokens.lifetime
    return {**shown, "login": account.login()}


def set_access(account: Account, changes: dict[str, Any]) -> None:
    """Change rights while running. ``token_lifetime`` (seconds) and ``revoke_tokens`` work where tokens exist.

    Raises ValueError, changing nothing, for a name that this account has not, or a value of the wrong type.
    """
    tokens = account.tokens if isinstance(account, PipefyOrganization | DigitaniumTenant) else None
    names = (*account.settable, *(("token_lifetime", "revoke_tokens") if tokens else ()))
    for name, value in changes.items():
        if name not in names:
            raise ValueError(f"{account.name} has no setting {name!r}; it has {', '.join(names)}")
        present = getattr(account, name, None)
        if isinstance(present, bool) != isinstance(value, bool) and name in account.settable:
            raise ValueError(f"{account.name}: {name} has the wrong type")
        if name == "token_lifetime" and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError(f"{account.name}: token_lifetime is a number of seconds")
    for name, value in changes.items():
        if tokens and name == "token_lifetime":
            tokens.lifetime = value
        elif tokens and name == "revoke_tokens":
            tokens.revoke()
        else:
            setattr(account, name, value)


NAMESPACE = uuid.UUID("6f0f5e0a-7a54-4f0e-9d55-5a1d0c6f4b1e")


def seeded_uuid(*parts: object) -> str:
    """The same UUID for the same parts, so that seeds are repeatable."""
    return str(uuid.uuid5(NAMESPACE, "/".join(map(str, parts))))


def index_by_name(accounts: Iterable[Account]) -> dict[str, Account]:
    return {account.name: account for account in accounts}
