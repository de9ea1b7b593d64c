"""How far an operation on several credentials came: the state of each, what was said of it, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.tui.credentials.row import Key, key_of
from smtptui.workspace.core.operation import Operation

WAITING = "waiting"
FAILED = "failed"
NOT_DONE = "not done"
RETRYABLE_STATES = (FAILED, NOT_DONE)


@dataclass(slots=True)
class ItemProgress:
    """`states` holds the state of each target, `details` what was said of it; `counts` how many ended how.

    `label` (`deleting…`) stands in the row of a target until it has ended.
    """

    targets: Sequence[Credential]
    label: str
    states: dict[Key, str] = field(default_factory=dict)
    details: dict[Key, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    done: int = 0

    def __post_init__(self) -> None:
        self.states = {key_of(target): WAITING for target in self.targets}

    def operation(
        self,
        begin: Callable[[Sequence[Credential], Callable[[], bool]], AsyncGenerator[Any, None]],
        *,
        can_pause: bool = True,
    ) -> Operation[Any]:
        """Return an operation on what waits; after a pause `begin` is called again with what still waits."""
        return Operation(
            lambda is_held: begin(self.waiting_targets, is_held),
            total=self.total,
            has_more=(lambda: bool(self.waiting_targets)) if can_pause else None,
        )

    @property
    def total(self) -> int:
        return len(self.targets)

    @property
    def waiting_targets(self) -> list[Credential]:
        return [target for target in self.targets if self.states[key_of(target)] == WAITING]

    @property
    def retryable_targets(self) -> list[Credential]:
        """The targets that failed or were not tried."""
        return [target for target in self.targets if self.states[key_of(target)] in RETRYABLE_STATES]

    def has_ended(self, key: Key) -> bool:
        return self.states[key] not in (WAITING, self.label)

    def activity(self, key: Key) -> str:
        """Return what is being done to a target, for its row; empty when nothing is."""
        return "" if self.has_ended(key) else self.label

    def end_item(self, key: Key, state: str, detail: str = "") -> None:
        """Record how a target ended; a later end replaces an earlier one."""
        if self.has_ended(key):
            self.counts[self.states[key]] -= 1
        else:
            self.done += 1
        self._set_end(key, state, detail)

    def finish(self, *, is_cancelled: bool) -> None:
        """Mark what has not ended: no more events will come."""
        for key in self.states:
            if not self.has_ended(key):
                self._set_end(key, NOT_DONE, "cancelled" if is_cancelled else "no answer")

    def _set_end(self, key: Key, state: str, detail: str) -> None:
        self.counts[state] += 1
        self.states[key] = state
        self.details[key] = printable(detail, 300)

    def outcome_text(self, key: Key) -> str:
        """Return `failed: what was said`."""
        detail = self.details.get(key)
        return f"{self.states[key]}: {detail}" if detail else self.states[key]

    def problem_lines(self) -> list[str]:
        """Return a line for each target that failed or was not tried."""
        return [
            f"{printable('/'.join(key), 80)}: {self.outcome_text(key)}"
            for key, state in self.states.items()
            if state in RETRYABLE_STATES
        ]

    @property
    def summary(self) -> str:
        """`12/40 · 9 deleted · 3 failed`."""
        return " · ".join(
            [
                f"{self.done}/{self.total}",
                *(f"{count} {state}" for state, count in self.counts.items() if count),
            ]
        )
