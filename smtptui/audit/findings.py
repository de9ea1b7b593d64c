"""Audit findings and their severities."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


SEVERITIES: tuple[Severity, ...] = (Severity.ERROR, Severity.WARNING, Severity.INFO)
"""Worst first."""


class ChangeSince(StrEnum):
    """How a finding compares with the last audit of the same selection."""

    NEW = "new"
    STILL = "still"
    RESOLVED = "resolved"


class AuditFinding(NamedTuple):
    """One finding; its fields are the JSON keys, in their order.

    `account` is None for a finding about the configuration, `id` None for one about a whole account.
    """

    rule: str
    severity: str
    account: str | None
    id: str | None
    message: str
    remedy: str
    change: str

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """Identifies the same finding in another audit."""
        return (self.rule, self.account, self.id)

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


def is_at_least(finding: AuditFinding, severity: Severity) -> bool:
    """Whether the finding is at least this severe and not resolved."""
    return finding.change != ChangeSince.RESOLVED and SEVERITIES.index(
        Severity(finding.severity)
    ) <= SEVERITIES.index(severity)
