"""Credentials grouped by account, in the order in which they were given."""

from __future__ import annotations

from collections.abc import Iterable

from smtptui.model.credential import Credential


def group_by_account(credentials: Iterable[Credential]) -> dict[str, list[Credential]]:
    groups: dict[str, list[Credential]] = {}
    for item in credentials:
        groups.setdefault(item.account, []).append(item)
    return groups
