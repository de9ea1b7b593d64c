"""Renders a plan for a person: every step with its details, then the counts, the losses and the digest."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.cli.render.cells import fold
from smtptui.presentation.plans import (
    ACTION_MEANINGS,
    format_plan_digest,
    format_plan_title,
    format_route,
    step_details,
    step_heading,
)
from smtptui.presentation.values import format_count, format_counts
from smtptui.sync.plan import ACTIONABLE, Plan, Step

_INDENT = " " * 4


def plan_lines(plan: Plan, width: int) -> Iterator[str]:
    """Yield lines of at most `width` cells, without control characters."""
    yield from fold(format_plan_title(plan.kind, plan.source, plan.target, plan.undoes), width)
    yield from fold(f"plan {plan.id}, made {format_second(plan.created)}", width)
    if not plan.complete:
        yield from fold("An account or file could not be read completely.", width)
    if not plan.applicable and any(step.action in ACTIONABLE for step in plan.steps):
        yield from fold("The plan cannot be applied as it is.", width)
    for reason in plan.reasons:
        yield from fold(f"- {reason}", width, indent="  ")
    yield ""
    for step in plan.steps:
        yield from _step_lines(step, width)
    yield ""
    yield from fold(format_plan_counts(plan), width)
    for action, text in ACTION_MEANINGS.items():
        if any(step.action == action for step in plan.steps):
            yield from fold(f"{action}: {text}", width, indent="  ")
    if fields := lost_fields(plan):
        flags = " ".join(f"--accept-loss {name}" for name in fields)
        yield from fold(f"Accept the losses with {flags}", width, indent="  ")
    yield format_plan_digest(plan)


def format_plan_counts(plan: Plan) -> str:
    """Return how many steps there are, and how many of each action."""
    counts = format_counts(plan.count_actions())
    return f"{format_count(len(plan.steps), 'step')}{': ' + counts if counts else ''}."


def lost_fields(plan: Plan) -> list[str]:
    """Return the fields whose loss must be accepted by name, in their first order."""
    return list(dict.fromkeys(loss.field for step in plan.steps for loss in step.losses))


def format_second(stamp: str) -> str:
    """Return a timestamp without its fraction of a second."""
    return f"{stamp.partition('.')[0].removesuffix('Z')}Z"


def _step_lines(step: Step, width: int) -> Iterator[str]:
    yield from fold(step_heading(step), width, indent=_INDENT)
    yield from fold(
        format_route(step.action, step.source, step.target), width, first=_INDENT, indent=_INDENT + "  "
    )
    for text, _ in step_details(step):
        # What an action means is printed once, below the steps.
        if text != ACTION_MEANINGS.get(step.action):
            yield from fold(text.strip(), width, first=_INDENT, indent=_INDENT + "  ")
