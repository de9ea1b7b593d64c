"""Work on several credentials, seen from outside while it goes on: a verification, a probe, a deletion, an edit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.json_value import Json
from smtptui.tui.credentials.catalogue import Key, key_of
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.verification.events import (
    VerificationDone,
    VerificationStage,
    VerificationStarted,
    VerifyEvent,
)

WAITING = "waiting"
NOT_DONE = "not done"
RETRYABLE_STATES = ("failed", NOT_DONE)


@dataclass(slots=True)
class ItemProgress:
    """`words` holds the state of each target, `details` what was said of it; `counts` how many ended how.

    `stopping`: nothing more is begun. `cancelled`: because of that some targets were not tried.
    `paused`: nothing more is begun for now; what waits goes on waiting. `interrupted`: it was paused since the
    last `take_up`, so that what waits does so because of that.
    """

    targets: Sequence[Credential]
    states: dict[Key, str] = field(default_factory=dict)
    details: dict[Key, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    done: int = 0
    is_running: bool = True
    is_stopping: bool = False
    is_cancelled: bool = False
    was_paused: bool = False
    _running_gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.states = {key_of(target): WAITING for target in self.targets}
        self._running_gate.set()

    @property
    def total(self) -> int:
        return len(self.targets)

    @property
    def is_paused(self) -> bool:
        return not self._running_gate.is_set()

    @property
    def is_held(self) -> bool:
        """Whether nothing more is to be begun now."""
        return self.is_paused or self.is_stopping

    @property
    def waiting_targets(self) -> list[Credential]:
        """The targets that nothing was done for yet."""
        return [target for target in self.targets if self.states[key_of(target)] == WAITING]

    @property
    def retryable_targets(self) -> list[Credential]:
        """The targets that failed or were not tried."""
        return [target for target in self.targets if self.states[key_of(target)] in RETRYABLE_STATES]

    def pause(self) -> None:
        self.was_paused = True
        self._running_gate.clear()

    def resume(self) -> None:
        self._running_gate.set()

    def stop(self) -> None:
        """Begin nothing more, whether it is paused or not."""
        self.is_stopping = True
        self._running_gate.set()

    async def wait_for_more(self) -> bool:
        """Once it is not paused: whether what waits is to be begun again after a pause."""
        await self._running_gate.wait()
        again, self.was_paused = self.was_paused, False
        return again and bool(self.waiting_targets) and not self.is_stopping

    def end_item(self, key: Key, state: str, detail: str = "") -> None:
        """A target is done with."""
        before = self.states.get(key, "")
        if before == WAITING or before.endswith("…"):
            self.done += 1
        elif before:
            self.counts[before] -= 1
        self.counts[state] += 1
        self.states[key] = state
        self.details[key] = printable(detail, 300)

    def finish(self) -> None:
        """No more events will come."""
        self.is_running = False
        for key, word in self.states.items():
            if word == WAITING or word.endswith("…"):
                self.is_cancelled = self.is_stopping
                self.states[key] = NOT_DONE
                self.counts[NOT_DONE] += 1
                self.details[key] = "cancelled" if self.is_stopping else "no answer"

    @property
    def summary(self) -> str:
        """`12/40 · 9 deleted · 3 failed`."""
        told = [f"{number} {word}" for word, number in self.counts.items() if number]
        return " · ".join([f"{self.done}/{self.total}", *told])


@dataclass(slots=True)
class VerificationProgress(ItemProgress):
    """`stages` holds how far the probe of a target came (name to state), `verdicts` what it found out."""

    is_probe: bool = field(default=False, kw_only=True)
    stages: dict[Key, dict[str, str]] = field(default_factory=dict)
    verdicts: dict[Key, Mapping[str, Json]] = field(default_factory=dict)

    def handle_event(self, event: VerifyEvent) -> Key | None:
        """Take in an event; returns the target it is about, if any."""
        if isinstance(event, VerificationStarted):
            key = (event.account, event.id)
            self.states[key] = "verifying…"
            return key
        if isinstance(event, VerificationStage):
            key = (event.account, event.id)
            self.stages.setdefault(key, {})[event.stage] = event.state
            return key
        if isinstance(event, VerificationDone):
            key = (event.account, event.id)
            if event.verdict is not None:
                self.verdicts[key] = event.verdict
            self.end_item(key, event.status, event.detail)
            return key
        if isinstance(event, ItemFailed) and event.id is not None:
            key = (event.account, event.id)
            self.end_item(key, "not done", event.error.message)
            return key
        if isinstance(event, ItemFailed):
            for target in self.targets:
                key = key_of(target)
                if key[0] == event.account and self.states[key] in ("waiting", "verifying…"):
                    self.end_item(key, "not done", event.error.message)
        return None

    def activity(self, key: Key) -> str:
        """What is being done to a target in a word or two, empty when nothing is."""
        if self.states[key] != "verifying…":
            return ""
        stages = self.stages.get(key)
        return f"probe {next(reversed(stages))}…" if stages else "verifying…"

    @property
    def summary(self) -> str:
        """`12/40 · 9 verified · 3 failed`."""
        order = ("verified", "failed", "never", "unknown", "not done")
        told = [f"{self.counts[word]} {word}" for word in order if self.counts[word]]
        parts = [f"{self.done}/{self.total}", *told]
        return " · ".join(parts)
