"""Credentials and accounts to audit: one with which nothing is wrong, and what makes each rule speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from smtptui.audit.auditor import Auditor
from smtptui.audit.facts import AccountFacts, ListingFacts, subject_from_credential
from smtptui.audit.findings import AuditFinding
from smtptui.audit.history import AuditHistory
from smtptui.audit.suppressions import Suppressions
from smtptui.model.capability import READ_WRITE, Capabilities, ProviderOperation
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.verification import NEVER_PROBED, Opinion, ProbeOpinion, Status, Verification

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RECENT = "2026-11-20T12:00:00Z"

CAPABILITIES = Capabilities(
    provider="fake",
    title="Fake",
    fields={"host": READ_WRITE, "default": READ_WRITE},
    operations=frozenset(
        {ProviderOperation.LIST, ProviderOperation.VERIFY_STORED, ProviderOperation.SET_DEFAULT}
    ),
)
WITHOUT_VERIFICATION = replace(CAPABILITIES, operations=frozenset({ProviderOperation.LIST}))
BLUE = replace(CAPABILITIES, provider="blue")

VERIFIED = Opinion(Status.VERIFIED, RECENT)


def verification(provider: Opinion = VERIFIED, probe: ProbeOpinion = NEVER_PROBED) -> Verification:
    return Verification(provider, probe)


def sound(account: str = "a", id: str = "1", **more: Any) -> Credential:
    """A credential with which nothing is wrong."""
    known: dict[str, Any] = {
        "provider": "fake",
        "host": f"smtp-{id}.example.org",
        "port": 587,
        "security": "starttls",
        "auth": "password",
        "username": f"user{id}@example.org",
        "password": PasswordState.STORED,
        "from_email": f"mail{id}@example.org",
        "from_name": "Mail",
        "default": True,
        "active": True,
        "verification": verification(),
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }
    return Credential(account=account, id=id, **{**known, **more})


def facts(name: str = "a", **more: Any) -> AccountFacts:
    known: dict[str, Any] = {
        "name": name,
        "capabilities": CAPABILITIES,
        "now": NOW,
        "max_age": timedelta(days=30),
    }
    return AccountFacts(**{**known, **more})


def run_audit(
    *credentials: Credential,
    certificate_ends: str | None = None,
    account: dict[str, Any] | None = None,
    listing: dict[str, Any] | None = None,
    suppressions: Suppressions | None = None,
    history: AuditHistory | None = None,
    inline_passwords: tuple[str, ...] = (),
) -> list[AuditFinding]:
    """Everything found in these, each account read whole."""
    examination = Auditor(suppressions or Suppressions((), NOW), history or AuditHistory())
    names = list(dict.fromkeys(item.account for item in credentials)) or ["a"]
    for name in names:
        about = facts(name, **(account or {}))
        end = ListingFacts(**{"whole": True, "complete": True, **(listing or {})})
        own = [
            subject_from_credential(item, certificate_ends) for item in credentials if item.account == name
        ]
        examination.check_credentials(about, end, own)
        examination.check_account(about, end)
    examination.check_fleet(inline_passwords=inline_passwords)
    return examination.list_findings(names)


def rules(*credentials: Credential, **more: Any) -> list[str]:
    return [item.rule for item in run_audit(*credentials, **more)]
