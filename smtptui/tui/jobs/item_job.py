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
from smtptui.workspace.credentials.events import (
    ItemFailed,
    VerificationDone,
    VerificationStage,
    VerificationStarted,
    VerifyEvent,
)

WAITING = "waiting"
NOT_DONE = "not done"
BAD = ("failed", NOT_DONE)


@dataclass(slots=True)
class ItemJob:
    """`words` holds the state of each target, `details` what was said of it; `counts` how many ended how.

    `stopping`: nothing more is begun. `cancelled`: because of that some targets were not tried.
    `paused`: nothing more is begun for now; what waits goes on waiting. `interrupted`: it was paused since the
    last `take_up`, so that what waits does so because of that.
    """

    targets: Sequence[Credential]
    words: dict[Key, str] = field(default_factory=dict)
    details: dict[Key, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    done: int = 0
    running: bool = True
    stopping: bool = False
    cancelled: bool = False
    interrupted: bool = False
    _going: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.words = {key_of(target): WAITING for target in self.targets}
        self._going.set()

    @property
    def total(self) -> int:
        return len(self.targets)

    @property
    def paused(self) -> bool:
        return not self._going.is_set()

    @property
    def held(self) -> bool:
        """Whether nothing more is to be begun now."""
        return self.paused or self.stopping

    @property
    def waiting(self) -> list[Credential]:
        """The targets that nothing was done for yet."""
        return [target for target in self.targets if self.words[key_of(target)] == WAITING]

    @property
    def bad(self) -> list[Credential]:
        """The targets that failed or were not tried."""
        return [target for target in self.targets if self.words[key_of(target)] in BAD]

    def pause(self) -> None:
        self.interrupted = True
        self._going.clear()

    def go_on(self) -> None:
        self._going.set()

    def stop(self) -> None:
        """Begin nothing more, whether it is paused or not."""
        self.stopping = True
        self._going.set()

    async def take_up(self) -> bool:
        """Once it is not paused: whether what waits is to be begun again after a pause."""
        await self._going.wait()
        again, self.interrupted = self.interrupted, False
        return again and bool(self.waiting) and not self.stopping

    def end(self, key: Key, word: str, detail: str = "") -> None:
        """A target is done with."""
        before = self.words.get(key, "")
        if before == WAITING or before.endswith("…"):
            self.done += 1
        elif before:
            self.counts[before] -= 1
        self.counts[word] += 1
        self.words[key] = word
        self.details[key] = printable(detail, 300)

    def finish(self) -> None:
        """No more events will come."""
        self.running = False
        for key, word in self.words.items():
            if word == WAITING or word.endswith("…"):
                self.cancelled = self.stopping
                self.words[key] = NOT_DONE
                self.counts[NOT_DONE] += 1
                self.details[key] = "cancelled" if self.stopping else "no answer"

    @property
    def summary(self) -> str:
        """`12/40 · 9 deleted · 3 failed`."""
        told = [f"{number} {word}" for word, number in self.counts.items() if number]
        return " · ".join([f"{self.done}/{self.total}", *told])


@dataclass(slots=True)
class VerifyJob(ItemJob):
    """`stages` holds how far the probe of a target came (name to state), `verdicts` what it found out."""

    by_probe: bool = field(default=False, kw_only=True)
    stages: dict[Key, dict[str, str]] = field(default_factory=dict)
    verdicts: dict[Key, Mapping[str, Json]] = field(default_factory=dict)

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
            self.end(key, event.status, event.detail)
            return key
        if isinstance(event, ItemFailed) and event.id is not None:
            key = (event.account, event.id)
            self.end(key, "not done", event.error.message)
            return key
        if isinstance(event, ItemFailed):
            for target in self.targets:
                key = key_of(target)
                if key[0] == event.account and self.words[key] in ("waiting", "verifying…"):
                    self.end(key, "not done", event.error.message)
        return None

    def doing(self, key: Key) -> str:
        """What is being done to a target in a word or two, empty when nothing is."""
        if self.words[key] != "verifying…":
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
