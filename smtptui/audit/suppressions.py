"""Suppress known findings by rule and selector, until a date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from smtptui.audit.facts import AccountFacts, Subject
from smtptui.model.selector import SelectorQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSuppression:
    """`selection` None matches everything. From `until` (UTC) on the finding is reported again; None: never."""

    rule: str
    query: SelectorQuery | None = None
    selector: str | None = None
    reason: str = ""
    until: date | None = None

    def is_expired(self, now: datetime) -> bool:
        return self.until is not None and now.date() >= self.until

    def describe_end(self) -> str:
        selector = f" for {self.selector}" if self.selector else ""
        reason = f" ({self.reason})" if self.reason else ""
        return f"The suppression of {self.rule}{selector} ended on {self.until}{reason}."


class Suppressions:
    """The suppressions in force, by rule. `count` is the number of findings they suppressed."""

    def __init__(self, suppressions: Iterable[ParsedSuppression], now: datetime) -> None:
        self._by_rule: dict[str, list[ParsedSuppression]] = {}
        self._now = now
        self.count = 0
        self.expired: list[ParsedSuppression] = []
        for item in suppressions:
            if item.is_expired(now):
                self.expired.append(item)
            else:
                self._by_rule.setdefault(item.rule, []).append(item)

    @property
    def has_selectors(self) -> bool:
        """Whether any of them has a selector, so that it needs whole credentials."""
        return any(item.query is not None for items in self._by_rule.values() for item in items)

    def for_rule(self, rule: str) -> Sequence[ParsedSuppression]:
        return self._by_rule.get(rule, ())

    def suppresses(self, rule: str, account: AccountFacts | None, subject: Subject | None) -> bool:
        """Whether a finding of the rule about this credential or account is suppressed; counts it if so."""
        for item in self.for_rule(rule):
            if item.query is None or _matches(item.query, account, subject, self._now):
                self.count += 1
                return True
        return False


def _matches(
    selection: SelectorQuery, account: AccountFacts | None, subject: Subject | None, now: datetime
) -> bool:
    if subject is not None:
        return selection.matches(subject.credential(), now)
    if account is None:
        return False
    narrower = any(item.key not in ("account", "provider") for item in selection.filters)
    return (
        not selection.addresses
        and not narrower
        and selection.may_match_account(account.name, account.capabilities.provider)
    )
