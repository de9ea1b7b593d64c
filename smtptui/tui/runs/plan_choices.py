"""The choices made about a plan: which steps are applied and which losses are accepted. Knows no screen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from smtptui.model.capability import Consent
from smtptui.presentation.plans import collect_irreversible
from smtptui.sync.plan import ACTIONABLE, WRITING, Plan, Step, StepAction
from smtptui.sync.plan_builder import without_steps
from smtptui.sync.safety import count_changes

SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class LostField:
    """A field that steps cannot carry over: how many of the selected ones, and what happens instead."""

    field: str
    fallbacks: tuple[str, ...]
    steps: int


class PlanChoices:
    """A plan and what was chosen of it. A step that is skipped stays on the list."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.skipped: set[int] = set()
        self.accepted_losses: set[str] = set()
        self.max_changes: int | None = None
        self._selected_plan: Plan | None = None

    @property
    def selected_plan(self) -> Plan:
        """The plan without the skipped steps."""
        if self._selected_plan is None:
            self._selected_plan = (
                without_steps(self.plan, frozenset(self.skipped)) if self.skipped else self.plan
            )
        return self._selected_plan

    @property
    def has_changes(self) -> bool:
        return bool(self.skipped or self.accepted_losses or self.max_changes is not None)

    def toggle_step(self, n: int) -> bool:
        """Skip a step, or include it again; False for one that nothing is done for."""
        if not any(step.n == n and step.action in ACTIONABLE for step in self.plan.steps):
            return False
        self.skipped ^= {n}
        self._selected_plan = None
        return True

    def toggle_all(self) -> None:
        """Include every step; when none is skipped, skip every one."""
        actionable = {step.n for step in self.plan.steps if step.action in ACTIONABLE}
        self.skipped = set() if self.skipped else actionable
        self._selected_plan = None

    def toggle_loss(self, field: str) -> None:
        self.accepted_losses ^= {field}

    @property
    def losses(self) -> list[LostField]:
        """Every field that the plan loses, in the order of the steps."""
        fallbacks: dict[str, dict[str, None]] = {}
        counts: Counter[str] = Counter()
        for step in self.plan.steps:
            for loss in step.losses:
                fallbacks.setdefault(loss.field, {})[loss.fallback] = None
                counts[loss.field] += step.action in ACTIONABLE and step.n not in self.skipped
        return [LostField(name, tuple(texts), counts[name]) for name, texts in fallbacks.items()]

    @property
    def unaccepted_losses(self) -> list[str]:
        """The fields that selected steps lose and that were not accepted."""
        return [loss.field for loss in self.losses if loss.steps and loss.field not in self.accepted_losses]

    @property
    def selected_steps(self) -> list[Step]:
        return [step for step in self.selected_plan.steps if step.action in ACTIONABLE]

    def count_steps(self) -> dict[str, int]:
        """Return how many steps each action has, and how many are skipped: they add up to all steps."""
        counts = Counter(SKIPPED if step.n in self.skipped else str(step.action) for step in self.plan.steps)
        return {name: counts[name] for name in (*map(str, StepAction), SKIPPED)}

    @property
    def existing_changes(self) -> int:
        """The most updates and deletes of existing records in one account, which the limits are about."""
        return max(count_changes(self.selected_plan).values(), default=0)

    @property
    def irreversible_warnings(self) -> list[str]:
        return collect_irreversible(self.selected_steps)

    @property
    def consents(self) -> frozenset[Consent]:
        """What a typed yes to this plan agrees to."""
        has_unknown = any(not step.expect.checkable for step in self.selected_steps)
        return frozenset({Consent.OVERWRITE_UNKNOWN}) if has_unknown else frozenset()

    @property
    def accounts(self) -> list[str]:
        """The accounts at which something is to be done, each once."""
        return list(dict.fromkeys(step.account for step in self.selected_steps))

    @property
    def written_accounts(self) -> list[str]:
        writing = (step for step in self.selected_steps if step.action in WRITING)
        return list(dict.fromkeys(step.account for step in writing))

    @property
    def password_steps(self) -> int:
        """How many steps wait for nothing but a password."""
        return sum(
            step.blocked is not None and step.blocked.code in ("password_needed", "cannot_come_back")
            for step in self.plan.steps
        )
