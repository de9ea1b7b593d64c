"""Consent by digest: a plan that was shown is applied only if planning again gives the same plan.

A digest covers the id and the creation time too, and planning again makes new ones. So both are recorded when a plan
is shown, and a digest agrees to that plan only.
"""

from __future__ import annotations

from dataclasses import replace

from smtptui.model.display import printable
from smtptui.model.errors import StalePlanError
from smtptui.sync.plan import Plan
from smtptui.workspace.core.workspace import Workspace

_KIND = "shown-plan"
_ALGORITHM = "sha256:"


def record_shown_plan(ws: Workspace, plan: Plan) -> None:
    """Record which plan has the digest that the user is about to see."""
    ws.state.account_memory(_memory_account(plan)).remember(
        _KIND, plan.digest, {"id": plan.id, "created": plan.created}
    )


def plan_with_digest(ws: Workspace, plan: Plan, digest: str) -> Plan:
    """Return the plan that was shown with `digest`, if `plan` is the same now.

    Raises StalePlanError where it differs, or where no plan was shown here with that digest.
    """
    wanted = digest if digest.startswith(_ALGORITHM) else f"{_ALGORITHM}{digest}"
    note = ws.state.account_memory(_memory_account(plan)).recall(_KIND, wanted)
    if note is not None:
        shown = replace(plan, id=str(note.body["id"]), created=str(note.body["created"]))
        if shown.digest == wanted:
            return shown
    why = (
        "planning again gives other steps than the plan shown with it"
        if note is not None
        else f"no plan from {printable(plan.source)} to {printable(plan.target)} was shown here with it"
    )
    raise StalePlanError(
        f"The digest {printable(digest, 100)} does not match this plan: {why}.", operation="migrate"
    )


def _memory_account(plan: Plan) -> str:
    return plan.target or ""
