"""Compare findings with those of the last audit of the same selection."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

SavedFindings = dict[str, dict[str, list[str]]]
"""Ids by account and rule, as saved in the state; "" stands for no account or no id."""

FindingKey = tuple[str, str | None, str | None]


class AuditHistory:
    """Findings of the last audit and of this one. Without a last audit every finding is new."""

    def __init__(self, last: Mapping[str, Mapping[str, Collection[str]]] | None = None) -> None:
        self._before = {
            (account, rule): frozenset(ids)
            for account, rules in (last or {}).items()
            for rule, ids in rules.items()
        }
        self._now: dict[tuple[str, str], list[str]] = {}
        self._unread: set[str] = set()

    def record(self, rule: str, account: str | None, id: str | None) -> bool:
        """Record a finding; return whether the last audit had it too."""
        place, key = (account or "", rule), id or ""
        ids = self._now.get(place)
        if ids is None:
            self._now[place] = [key]
        else:
            ids.append(key)
        before = self._before.get(place)
        return before is not None and key in before

    def mark_unread(self, account: str) -> None:
        """Note that the account was not read completely: its missing findings are not called resolved."""
        self._unread.add(account)

    def list_resolved(self) -> Iterator[FindingKey]:
        """Yield the findings of the last audit that are gone."""
        for account, rule, id in self._find_missing():
            if account not in self._unread:
                yield rule, account or None, id or None

    def to_saved(self) -> SavedFindings:
        """Return the findings to save for the next audit."""
        kept: SavedFindings = {}
        for (account, rule), ids in self._now.items():
            kept.setdefault(account, {})[rule] = list(ids)
        for account, rule, id in self._find_missing():
            if account in self._unread:
                kept.setdefault(account, {}).setdefault(rule, []).append(id)
        return kept

    def _find_missing(self) -> Iterator[tuple[str, str, str]]:
        for (account, rule), before in self._before.items():
            for id in sorted(before.difference(self._now.get((account, rule), ()))):
                yield account, rule, id
