"""A plan that was shown is agreed to by its digest: planned again, it must say the very same.

A digest binds the id and the moment of a plan too, and planning again makes new ones. So both are noted when a plan
is shown, and the agreement is to the plan that was shown, never to another one.
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
    """Remember which plan has the digest that a person is about to see."""
    ws.state.account_memory(_memory_account(plan)).remember(
        _KIND, plan.digest, {"id": plan.id, "created": plan.created}
    )


def plan_with_digest(ws: Workspace, plan: Plan, digest: str) -> Plan:
    """The plan that was shown with `digest`, when `plan` says the very same now.

    Raises StalePlanError when it says something else, or when no plan was shown here with that digest.
    """
    wanted = digest if digest.startswith(_ALGORITHM) else f"{_ALGORITHM}{digest}"
    note = ws.state.account_memory(_memory_account(plan)).recall(_KIND, wanted)
    if note is not None:
        shown = replace(plan, id=str(note.body["id"]), created=str(note.body["created"]))
        if shown.digest == wanted:
            return shown
    why = (
        "what it would do now is not what was shown with it"
        if note is not None
        else f"no plan from {printable(plan.source)} to {printable(plan.target)} was shown here with it"
    )
    raise StalePlanError(
        f"The digest {printable(digest, 100)} agrees to another plan: {why}.", operation="migrate"
    )


def _memory_account(plan: Plan) -> str:
    return plan.target or ""
