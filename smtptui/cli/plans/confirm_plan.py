"""A plan is shown, and agreed to by a typed yes or by a flag; without either nothing is done."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import agreed, someone_there
from smtptui.cli.render.columns import width_of
from smtptui.cli.render.folded import folded
from smtptui.cli.render.plan import TRIED, irreversible, plan_lines
from smtptui.model.consent import Consent
from smtptui.model.errors import ConsentMissingError
from smtptui.workspace.runs.apply_options import ApplyOptions

DOING: Mapping[str, str] = {
    "create": "create {count}",
    "adopt": "adopt {count}",
    "update": "change {count}",
    "delete": "delete {count}",
}


def show_plan(call: Call, plan: Mapping[str, Any]) -> None:
    """The plan on stderr, where questions and refusals stand too: stdout is for what was done."""
    for line in plan_lines(plan, width_of(sys.stderr)):
        call.streams.err(line)


def agreement(call: Call, plan: Mapping[str, Any], options: ApplyOptions, *, instead: str) -> ApplyOptions:
    """The options with what a typed yes agrees to. Raises ConsentMissingError, telling `instead` as the way on.

    The plan has been shown before. The question names what cannot be taken back.
    """
    if not someone_there():
        raise ConsentMissingError(
            f"{_doing(plan)}: that was not agreed to, and there is no terminal to ask at.", hint=instead
        )
    lasting = irreversible(plan)
    width = width_of(sys.stderr)
    statements = ["", *(["This cannot be undone:"] if lasting else [])]
    statements += [line for text in lasting for line in folded(f"- {text}", width, first="  ", indent="    ")]
    about = ", though what is named above cannot be undone" if lasting else ""
    agreed(call.streams, statements, f"{_doing(plan)}{about}?", instead=instead)
    return ApplyOptions(
        accept_losses=options.accept_losses,
        max_changes=options.max_changes,
        consents=options.consents | {Consent.OVERWRITE_UNKNOWN},
    )


def _doing(plan: Mapping[str, Any]) -> str:
    """What the plan does in few words: `Create 9, change 1 at acme-sendmux`."""
    counts = {action: sum(step["action"] == action for step in plan["steps"]) for action in TRIED}
    parts = ", ".join(text.format(count=counts[action]) for action, text in DOING.items() if counts[action])
    place = plan["source"] if plan["kind"] == "prune" else plan["target"]
    return f"{parts[:1].upper()}{parts[1:]}" + (f" at {place}" if place else "")
