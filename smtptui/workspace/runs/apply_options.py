"""What a person has agreed to for one run."""

from __future__ import annotations

from dataclasses import dataclass

from smtptui.model.capability import Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """`accept_losses` names fields; `max_changes` replaces the configured limits where it is given."""

    accept_losses: frozenset[str] = frozenset()
    max_changes: int | None = None
    consents: frozenset[Consent] = frozenset()
