"""The result of an audit: findings, counts, coverage and the trend of earlier audits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from smtptui.audit.findings import SEVERITIES, AuditFinding, ChangeSince, Severity, is_at_least

_PLACE = attrgetter("account", "severity")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCoverage:
    """How much of an account was audited. `stale_since` is when its snapshot was read (RFC 3339 UTC)."""

    account: str
    provider: str
    complete: bool
    count: int
    error: Mapping[str, Any] | None = None
    stale_since: str | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PastAudit:
    """An earlier audit: when, how many credentials, how many findings of each severity."""

    at: str
    credentials: int
    counts: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        return {"at": self.at, "credentials": self.credentials, **self.counts}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """The report of one audit. Findings: worst first, then by account, resolved ones last. `ages`: (label, count)."""

    at: str
    findings: Sequence[AuditFinding]
    coverage: Sequence[AccountCoverage]
    ages: Sequence[tuple[str, int]]
    credentials: int
    suppressed: int
    since: str | None = None
    trend: Sequence[PastAudit] = ()

    @property
    def present(self) -> list[AuditFinding]:
        """The findings that are not resolved."""
        return [item for item in self.findings if item.change != ChangeSince.RESOLVED]

    def count_severities(self) -> dict[str, int]:
        counts = Counter(map(attrgetter("severity"), self.present))
        return {str(severity): counts[severity] for severity in SEVERITIES}

    def has_at_least(self, severity: Severity) -> bool:
        """Whether any present finding is at least this severe."""
        return any(is_at_least(item, severity) for item in self.findings)

    def counts(self) -> dict[str, Any]:
        """Return `counts` of the JSON envelope. In `by_account`, "" stands for findings about no account."""
        by_account: dict[str, dict[str, int]] = {
            item.account: dict.fromkeys(map(str, SEVERITIES), 0) for item in self.coverage
        }
        changes = Counter(map(attrgetter("change"), self.findings))
        for (account, severity), count in Counter(map(_PLACE, self.present)).items():
            by_account.setdefault(account or "", dict.fromkeys(map(str, SEVERITIES), 0))[severity] = count
        return {
            "credentials": self.credentials,
            **self.count_severities(),
            "by_account": by_account,
            "changes": {str(change): changes[change] for change in ChangeSince},
            "since": self.since,
            "suppressed": self.suppressed,
            "ages": dict(self.ages),
            "trend": [item.to_json() for item in self.trend],
        }

    def to_json(self) -> dict[str, Any]:
        """Return the JSON envelope without its schema."""
        return {
            "findings": [item.to_json() for item in self.findings],
            "counts": self.counts(),
            "coverage": [item.to_json() for item in self.coverage],
        }
