"""What runs long: a verification or a probe of several, seen from outside while it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.json_value import Json
from smtptui.tui.catalogue import Key, key_of
from smtptui.workspace.events import (
    ItemFailed,
    VerificationDone,
    VerificationStage,
    VerificationStarted,
    VerifyEvent,
)


@dataclass(slots=True)
class VerifyJob:
    """`words` holds the state of each target, `details` what was said of it.

    `stages` holds how far the probe of a target came (name to state), `verdicts` what it found out.
    `stopping`: nothing more is begun. `cancelled`: because of that some targets were not tried.
    """

    targets: Sequence[Credential]
    by_probe: bool = False
    words: dict[Key, str] = field(default_factory=dict)
    details: dict[Key, str] = field(default_factory=dict)
    stages: dict[Key, dict[str, str]] = field(default_factory=dict)
    verdicts: dict[Key, Mapping[str, Json]] = field(default_factory=dict)
    done: int = 0
    running: bool = True
    stopping: bool = False
    cancelled: bool = False

    def __post_init__(self) -> None:
        self.words = {key_of(target): "waiting" for target in self.targets}

    @property
    def total(self) -> int:
        return len(self.targets)

    def apply(self, event: VerifyEvent) -> Key | None:
        """Take in an event; returns the target it is about, if any."""
        if isinstance(event, VerificationStarted):
            key = (event.account, event.id)
            self.words[key] = "verifying…"
            return key
        if isinstance(event, VerificationStage):
            key = (event.account, event.id)
            self.stages.setdefault(key, {})[event.stage] = event.state
            return key
        if isinstance(event, VerificationDone):
            key = (event.account, event.id)
            if event.verdict is not None:
                self.verdicts[key] = event.verdict
            self._end(key, event.status, event.detail)
            return key
        if isinstance(event, ItemFailed) and event.id is not None:
            key = (event.account, event.id)
            self._end(key, "not done", event.error.message)
            return key
        if isinstance(event, ItemFailed):
            for target in self.targets:
                key = key_of(target)
                if key[0] == event.account and self.words[key] in ("waiting", "verifying…"):
                    self._end(key, "not done", event.error.message)
        return None

    def doing(self, key: Key) -> str:
        """What is being done to a target in a word or two, empty when nothing is."""
        if self.words[key] != "verifying…":
            return ""
        stages = self.stages.get(key)
        return f"probe {next(reversed(stages))}…" if stages else "verifying…"

    def _end(self, key: Key, word: str, detail: str) -> None:
        if self.words.get(key) in ("waiting", "verifying…"):
            self.done += 1
        self.words[key] = word
        self.details[key] = printable(detail, 300)

    def finish(self) -> None:
        """No more events will come."""
        self.running = False
        for key, word in self.words.items():
            if word in ("waiting", "verifying…"):
                self.cancelled = self.stopping
                self.words[key] = "not done"
                self.details[key] = "cancelled" if self.stopping else "no answer"

    @property
    def summary(self) -> str:
        """`12/40 · 9 verified · 3 failed`."""
        order = ("verified", "failed", "never", "unknown", "not done")
        counts = Counter(self.words.values())
        parts = [f"{self.done}/{self.total}", *(f"{counts[word]} {word}" for word in order if counts[word])]
        return " · ".join(parts)
