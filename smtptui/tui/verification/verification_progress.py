"""How far a verification or probe came: the stages that a probe goes through, and its verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smtptui.model.json_value import Json
from smtptui.tui.credentials.row import Key, key_of
from smtptui.tui.jobs.item_progress import NOT_DONE, ItemProgress
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.verification.events import (
    VerificationDone,
    VerificationStage,
    VerificationStarted,
    VerifyEvent,
)

VERIFYING = "verifying…"
_ORDER = ("verified", "failed", "never", "unknown", NOT_DONE)


@dataclass(slots=True)
class VerificationProgress(ItemProgress):
    """`stages` holds how far the probe of a target came (name to state), `verdicts` what it found out, as JSON."""

    label: str = VERIFYING
    is_probe: bool = False
    stages: dict[Key, dict[str, str]] = field(default_factory=dict)
    verdicts: dict[Key, Mapping[str, Json]] = field(default_factory=dict)

    def activity(self, key: Key) -> str:
        """Return `verifying…`, or the stage that a probe is in; empty before and after."""
        if self.states[key] != VERIFYING:
            return ""
        stages = self.stages.get(key)
        return f"probe {next(reversed(stages))}…" if stages else VERIFYING

    def handle_event(self, event: VerifyEvent) -> Key | None:
        """Take in an event and return the target it is about, if any."""
        if isinstance(event, ItemFailed) and event.id is None:
            for target in self.targets:
                key = key_of(target)
                if key[0] == event.account and not self.has_ended(key):
                    self.end_item(key, NOT_DONE, event.error.message)
            return None
        if not isinstance(event, (VerificationStarted, VerificationStage, VerificationDone, ItemFailed)):
            return None
        key = (event.account, event.id or "")
        if isinstance(event, VerificationStarted):
            self.states[key] = VERIFYING
        elif isinstance(event, VerificationStage):
            self.stages.setdefault(key, {})[event.stage] = event.state
        elif isinstance(event, VerificationDone):
            if event.verdict is not None:
                self.verdicts[key] = event.verdict
            self.end_item(key, event.status, event.detail)
        else:
            self.end_item(key, NOT_DONE, event.error.message)
        return key

    @property
    def summary(self) -> str:
        """`12/40 · 9 verified · 3 failed`."""
        counts = [f"{self.counts[state]} {state}" for state in _ORDER if self.counts[state]]
        return " · ".join([f"{self.done}/{self.total}", *counts])
