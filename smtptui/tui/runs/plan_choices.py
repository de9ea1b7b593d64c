"""What a person chooses of a plan: which steps are done, which losses are accepted. Knows no screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smtptui.model.capability import Consent
from smtptui.sync.plan import ACTIONABLE, WRITING, Plan, PlanKind, Step, StepAction
from smtptui.sync.plan_builder import without_steps
from smtptui.sync.safety import count_changes, target_account

ACTION_GLYPHS: Mapping[StepAction, str] = {
    StepAction.CREATE: "+",
    StepAction.ADOPT: "=",
    StepAction.UPDATE: "~",
    StepAction.DELETE: "-",
    StepAction.NO_OP: "=",
    StepAction.BLOCKED: "!",
}
"""Each action has a sigil and its word beside it: nothing is told by colour alone."""


SKIPPED = "left out"


@dataclass(frozen=True, slots=True)
class LostField:
    """A field that steps of a plan cannot carry over: how many of those chosen, and what happens instead."""

    field: str
    fallbacks: tuple[str, ...]
    steps: int


class PlanChoices:
    """The plan as it was made, and what was chosen of it. A step that was taken out stays to be seen."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.skipped: set[int] = set()
        self.accepted_losses: set[str] = set()
        self.max_changes: int | None = None
        self._selected_plan: Plan | None = None

    @property
    def selected_plan(self) -> Plan:
        """The plan less the steps that were taken out."""
        if self._selected_plan is None:
            self._selected_plan = (
                without_steps(self.plan, frozenset(self.skipped)) if self.skipped else self.plan
            )
        return self._selected_plan

    @property
    def has_changes(self) -> bool:
        return bool(self.skipped or self.accepted_losses or self.max_changes is not None)

    def toggle_step(self, n: int) -> bool:
        """Take a step out, or in again; False for one that is not done anyway."""
        if not any(step.n == n and step.action in ACTIONABLE for step in self.plan.steps):
            return False
        self.skipped ^= {n}
        self._selected_plan = None
        return True

    def toggle_all(self) -> None:
        """Take every step in; when all are, take every one out."""
        self.skipped = set() if self.skipped else {s.n for s in self.plan.steps if s.action in ACTIONABLE}
        self._selected_plan = None

    def toggle_loss(self, field: str) -> None:
        self.accepted_losses ^= {field}

    @property
    def losses(self) -> list[LostField]:
        """Every field that the plan loses, in the order in which they come up."""
        fallbacks: dict[str, dict[str, None]] = {}
        counts: Counter[str] = Counter()
        for step in self.plan.steps:
            for loss in step.losses:
                fallbacks.setdefault(loss.field, {})[loss.fallback] = None
                counts[loss.field] += step.action in ACTIONABLE and step.n not in self.skipped
        return [LostField(name, tuple(texts), counts[name]) for name, texts in fallbacks.items()]

    @property
    def unaccepted_losses(self) -> list[str]:
        """The fields that steps which were chosen lose, and nobody accepted."""
        return [loss.field for loss in self.losses if loss.steps and loss.field not in self.accepted_losses]

    @property
    def selected_steps(self) -> list[Step]:
        return [step for step in self.selected_plan.steps if step.action in ACTIONABLE]

    def count_steps(self) -> dict[str, int]:
        """How many steps of each action are left, and how many were taken out: they add up to all steps."""
        counts = Counter(SKIPPED if step.n in self.skipped else str(step.action) for step in self.plan.steps)
        return {word: counts[word] for word in (*map(str, StepAction), SKIPPED)}

    @property
    def existing_changes(self) -> int:
        """The most updates and deletes of existing records in one account: what the limits are about."""
        return max(count_changes(self.selected_plan).values(), default=0)

    @property
    def irreversible_warnings(self) -> list[str]:
        """What cannot be taken back, each sentence once, with the number of steps it is said of."""
        said: dict[str, list[str]] = {}
        for step in self.selected_steps:
            for sentence in step.irreversible:
                # What is said of several records alike is said once.
                alike = sentence.replace(step.target, "the record") if step.target else sentence
                said.setdefault(alike, []).append(sentence)
        return [
            sentences[0] if len(sentences) == 1 else f"{alike} ({len(sentences)} steps)"
            for alike, sentences in said.items()
        ]

    @property
    def consents(self) -> frozenset[Consent]:
        """What a typed yes to this plan agrees to."""
        unknown = any(not step.expect.checkable for step in self.selected_steps)
        return frozenset({Consent.OVERWRITE_UNKNOWN}) if unknown else frozenset()

    @property
    def accounts(self) -> list[str]:
        """The accounts at which something is to be done, each once."""
        return list(dict.fromkeys(target_account(step) for step in self.selected_steps))

    @property
    def written_accounts(self) -> list[str]:
        """The accounts that are written to, each once."""
        return list(
            dict.fromkeys(target_account(step) for step in self.selected_steps if step.action in WRITING)
        )

    @property
    def password_steps(self) -> int:
        """How many steps wait for nothing but a password."""
        return sum(
            step.blocked is not None and step.blocked.code in ("password_needed", "cannot_come_back")
            for step in self.plan.steps
        )


def format_route(action: str, source: str | None, target: str | None) -> str:
    """From where to where a step goes; of a delete, what goes and what stands for it. Not made harmless."""
    if action == str(StepAction.DELETE):
        return f"{target}, for which {source} stands" if source else str(target)
    return " → ".join(side for side in (source, target) if side)


def format_plan_title(kind: PlanKind | str, source: str | None, target: str | None) -> str:
    """What a plan or run is, in a few words. Not made harmless."""
    words = {
        "migrate": f"Migrate {source} → {target}",
        "prune": f"Remove from {source} what is at {target}",
        "rotate": "Rotate a password",
        "undo": "Undo a run",
    }
    return words.get(str(kind), str(kind))


def format_counts(counts: Mapping[str, int], order: Sequence[str] = ()) -> str:
    """`12 create · 1 blocked`, without what is zero."""
    names = [*(name for name in order if name in counts), *(name for name in counts if name not in order)]
    return " · ".join(f"{counts[name]} {name}" for name in names if counts[name])
