"""A plan is shown, and agreed to by a typed yes or by a flag; without either nothing is done."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.folded import fold
from smtptui.cli.render.plan import TRIED, irreversible, plan_lines
from smtptui.model.capability import Consent
from smtptui.model.errors import ConsentMissingError
from smtptui.workspace.runs.safety import ApplyOptions

ACTION_PHRASES: Mapping[str, str] = {
    "create": "create {count}",
    "adopt": "adopt {count}",
    "update": "change {count}",
    "delete": "delete {count}",
}


def show_plan(call: Invocation, plan: Mapping[str, Any]) -> None:
    """The plan on stderr, where questions and refusals stand too: stdout is for what was done."""
    for line in plan_lines(plan, output_width(sys.stderr)):
        call.output.write_error(line)


def confirm_plan(
    call: Invocation, plan: Mapping[str, Any], options: ApplyOptions, *, hint: str
) -> ApplyOptions:
    """The options with what a typed yes agrees to. Raises ConsentMissingError, telling `instead` as the way on.

    The plan has been shown before. The question names what cannot be taken back.
    """
    if not is_interactive():
        raise ConsentMissingError(
            f"{_summarize(plan)}: that was not agreed to, and there is no terminal to ask at.", hint=hint
        )
    lasting = irreversible(plan)
    width = output_width(sys.stderr)
    statements = ["", *(["This cannot be undone:"] if lasting else [])]
    statements += [line for text in lasting for line in fold(f"- {text}", width, first="  ", indent="    ")]
    about = ", though what is named above cannot be undone" if lasting else ""
    confirm(call.output, statements, f"{_summarize(plan)}{about}?", hint=hint)
    return ApplyOptions(
        accept_losses=options.accept_losses,
        max_changes=options.max_changes,
        consents=options.consents | {Consent.OVERWRITE_UNKNOWN},
    )


def _summarize(plan: Mapping[str, Any]) -> str:
    """What the plan does in few words: `Create 9, change 1 at acme-sendmux`."""
    counts = {action: sum(step["action"] == action for step in plan["steps"]) for action in TRIED}
    parts = ", ".join(
        text.format(count=counts[action]) for action, text in ACTION_PHRASES.items() if counts[action]
    )
    place = plan["source"] if plan["kind"] == "prune" else plan["target"]
    return f"{parts[:1].upper()}{parts[1:]}" + (f" at {place}" if place else "")
