"""What must hold before a plan is applied: it is the plan that was made here, and it is safe or was agreed to."""

from __future__ import annotations

from dataclasses import dataclass

from smtptui.model.capability import Consent
from smtptui.model.display import printable
from smtptui.model.errors import PlanEditedError
from smtptui.sync.plan import WRITING, Plan
from smtptui.sync.safety import Limits, enforce_safety_rules
from smtptui.workspace.core.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """What the user agreed to for one run.

    `accept_losses` names fields; `max_changes` replaces the configured limits where it is given.
    """

    accept_losses: frozenset[str] = frozenset()
    max_changes: int | None = None
    consents: frozenset[Consent] = frozenset()


def refuse_unsafe(ws: Workspace, plan: Plan, options: ApplyOptions) -> None:
    """Raise PlanEditedError, ReadOnlyError, and every SafetyError and SecretMissingError of `sync.safety`.

    Makes no request. A plan with nothing to do passes: applying it changes nothing. A read-only account forbids only
    plans that would write to it; its steps may be blocked already.
    """
    known = ws.state.runs.find_plan_digest(plan.id)
    if known is not None and known != plan.digest:
        raise PlanEditedError(
            f"The plan {printable(plan.id, 40)} differs from the one that was made here under this id.",
            operation="apply",
        )
    for account in dict.fromkeys(step.account for step in plan.steps if step.action in WRITING):
        ws.refuse_if_read_only(account, str(plan.kind))
    limits = ws.config.limits
    enforce_safety_rules(
        plan,
        accepted=options.accept_losses,
        limits=Limits(limits.max_share, limits.max_changes, options.max_changes),
    )
