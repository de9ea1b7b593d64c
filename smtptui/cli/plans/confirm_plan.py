"""Shows a plan and asks for a typed yes to it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.render.cells import fold
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.plan import plan_lines
from smtptui.model.capability import Consent
from smtptui.model.errors import ConsentMissingError
from smtptui.presentation.plans import collect_irreversible
from smtptui.sync.plan import Plan, PlanKind
from smtptui.workspace.runs.safety import ApplyOptions

ACTION_PHRASES: Mapping[str, str] = {
    "create": "create {count}",
    "adopt": "adopt {count}",
    "update": "change {count}",
    "delete": "delete {count}",
}


def show_plan(invocation: Invocation, plan: Plan) -> None:
    """Print the plan on stderr, with the questions and refusals: stdout is for what was done."""
    for line in plan_lines(plan, output_width(sys.stderr)):
        invocation.output.write_error(line)


def confirm_plan(invocation: Invocation, plan: Plan, options: ApplyOptions, *, hint: str) -> ApplyOptions:
    """Ask about a plan that was shown, and return the options with the consent of a typed yes.

    The question names what cannot be undone. Raise ConsentMissingError with `hint` where nothing can be asked.
    """
    if not is_interactive():
        raise ConsentMissingError(
            f"{_summarize(plan)}: that was not agreed to, and there is no terminal to ask at.", hint=hint
        )
    sentences = collect_irreversible(plan.steps)
    width = output_width(sys.stderr)
    statements = ["", *(["This cannot be undone:"] if sentences else [])]
    statements += [line for text in sentences for line in fold(f"- {text}", width, first="  ", indent="    ")]
    warning = ", though what is named above cannot be undone" if sentences else ""
    confirm(invocation.output, statements, f"{_summarize(plan)}{warning}?", hint=hint)
    return replace(options, consents=options.consents | {Consent.OVERWRITE_UNKNOWN})


def _summarize(plan: Plan) -> str:
    """Return what the plan does in a few words: `Create 9, change 1 at acme-sendmux`."""
    counts = plan.count_actions()
    parts = ", ".join(
        phrase.format(count=counts[action]) for action, phrase in ACTION_PHRASES.items() if counts[action]
    )
    place = plan.source if plan.kind is PlanKind.PRUNE else plan.target
    return f"{parts[:1].upper()}{parts[1:]}" + (f" at {place}" if place else "")
