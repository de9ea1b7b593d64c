"""What must hold before a plan is applied: it is the one that was made, and it is safe or was agreed to."""

from __future__ import annotations

from smtptui.model.display import printable
from smtptui.model.errors import PlanEditedError
from smtptui.sync.plan import WRITING, Plan
from smtptui.sync.safety import Limits, enforce_safety_rules, target_account
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.apply_options import ApplyOptions


def refuse_unsafe(ws: Workspace, plan: Plan, options: ApplyOptions) -> None:
    """Raises PlanEditedError, ReadOnlyError, and every SafetyError and SecretMissingError of `sync.safety`.

    Reads no network. A plan with nothing to do passes: to apply it changes nothing. An account that is open for
    reading only forbids a plan that would write to it, not one whose steps there are blocked.
    """
    known = ws.state.runs.find_plan_digest(plan.id)
    if known is not None and known != plan.digest:
        raise PlanEditedError(
            f"The plan {printable(plan.id, 40)} is not the one that was made here under this id.",
            operation="apply",
        )
    for account in dict.fromkeys(target_account(step) for step in plan.steps if step.action in WRITING):
        ws.refuse_if_read_only(account, str(plan.kind))
    limits = ws.config.limits
    enforce_safety_rules(
        plan,
        accepted=options.accept_losses,
        limits=Limits(limits.max_share, limits.max_changes, options.max_changes),
    )
