"""What an audit finds."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


SEVERITIES: tuple[Severity, ...] = (Severity.ERROR, Severity.WARNING, Severity.INFO)
"""The worst first."""


class ChangeSince(StrEnum):
    """What became of a finding since the last audit of the same scope."""

    NEW = "new"
    STILL = "still"
    RESOLVED = "resolved"


class AuditFinding(NamedTuple):
    """One finding, its fields in the order of the JSON keys.

    `account` is None for what concerns the configuration, `id` None for what concerns a whole account.
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
        """What makes it the same finding in another audit."""
        return (self.rule, self.account, self.id)

    def to_json(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))


def is_at_least(finding: AuditFinding, severity: Severity) -> bool:
    """Whether it is as bad as that, and there now."""
    return finding.change != ChangeSince.RESOLVED and SEVERITIES.index(
        Severity(finding.severity)
    ) <= SEVERITIES.index(severity)
