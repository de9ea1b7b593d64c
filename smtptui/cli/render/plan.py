"""Renders a plan for a person: every step in words, then the counts, the losses and the digest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from smtptui.cli.render.cells import fold
from smtptui.model.display import printable
from smtptui.sync.plan import ACTIONABLE, PasswordSource, Plan, PlanKind, SecretOrigin, Step, StepAction

SIGILS: Mapping[StepAction, str] = {
    StepAction.CREATE: "+",
    StepAction.ADOPT: "=",
    StepAction.UPDATE: "~",
    StepAction.DELETE: "-",
    StepAction.NO_OP: "=",
    StepAction.BLOCKED: "!",
}
"""One per action; the action's name stands beside it."""

EXPLANATIONS: Mapping[StepAction, str] = {
    StepAction.ADOPT: "adopt: already at the target and identical; it is verified, and nothing is written.",
    StepAction.NO_OP: "no-op: already at the target, identical and recorded; nothing is done.",
}
"""Printed once, below the steps."""

_ACTION_WIDTH = max(map(len, SIGILS))
_INDENT = " " * (_ACTION_WIDTH + 3)
_EMPTY = "(empty)"


def plan_lines(plan: Plan, width: int) -> Iterator[str]:
    """Yield lines of at most `width` cells, without control characters."""
    yield from _head(plan, width)
    yield ""
    for step in plan.steps:
        yield from _step(step, width)
    yield ""
    yield from fold(format_counts(plan), width)
    for action, text in EXPLANATIONS.items():
        if any(step.action is action for step in plan.steps):
            yield from fold(text, width, indent="  ")
    if fields := lost_fields(plan):
        flags = " ".join(f"--accept-loss {name}" for name in fields)
        yield from fold(f"Accept the losses with {flags}", width, indent="  ")
    yield f"digest {plan.digest}"


def format_counts(plan: Plan) -> str:
    """Return how many steps there are, and how many of each action."""
    total = len(plan.steps)
    parts = ", ".join(f"{count} {action}" for action, count in plan.count_actions().items() if count)
    return f"{total} step{'' if total == 1 else 's'}: {parts}." if parts else "0 steps."


def irreversible(plan: Plan) -> list[str]:
    """Return what cannot be undone, each sentence once."""
    return list(dict.fromkeys(text for step in plan.steps for text in step.irreversible))


def lost_fields(plan: Plan) -> list[str]:
    """Return the fields whose loss must be accepted by name, in their first order."""
    return list(dict.fromkeys(loss.field for step in plan.steps for loss in step.losses))


def format_value(value: object) -> str:
    """Return plain texts as they are, texts with blanks in quotes, everything else as JSON."""
    if value is None:
        return _EMPTY
    if isinstance(value, str) and value and not any(sign in value for sign in ' ",'):
        return printable(value, None)
    return printable(json.dumps(value, ensure_ascii=False), None)


def format_second(stamp: str) -> str:
    """Return a timestamp without its fraction of a second."""
    return f"{stamp.partition('.')[0].removesuffix('Z')}Z"


def _head(plan: Plan, width: int) -> Iterator[str]:
    yield from fold(_title(plan), width)
    yield from fold(f"plan {plan.id}, made {format_second(plan.created)}", width)
    if not plan.complete:
        yield from fold("An account or file could not be read completely.", width)
    if not plan.applicable and any(step.action in ACTIONABLE for step in plan.steps):
        yield from fold("The plan cannot be applied as it is.", width)
    for reason in plan.reasons:
        yield from fold(f"- {reason}", width, indent="  ")


def _title(plan: Plan) -> str:
    if plan.kind is PlanKind.UNDO:
        return f"undo of run {plan.undoes}"
    if plan.kind is PlanKind.PRUNE:
        return f"prune {plan.source}: what was migrated to {plan.target}"
    if plan.kind is PlanKind.ROTATE:
        selectors = plan.options.get("selectors")
        return " ".join(["rotate", *map(str, selectors if isinstance(selectors, list) else ())])
    sides = " -> ".join(side for side in (plan.source, plan.target) if side is not None)
    return f"{plan.kind} {sides}".rstrip()


def _step(step: Step, width: int) -> Iterator[str]:
    mark = "  IRREVERSIBLE" if step.irreversible else ""
    label = step.label or step.target or step.source
    head = f"{SIGILS[step.action]} {step.action:<{_ACTION_WIDTH}} {label}{mark}"
    yield from fold(head, width, indent=_INDENT)
    for text in _details(step):
        yield from fold(text, width, first=_INDENT, indent=_INDENT + "  ")


def _details(step: Step) -> Iterator[str]:
    yield _route(step)
    if step.action is StepAction.CREATE and step.changes:
        yield ", ".join(f"{name} {format_value(item.after)}" for name, item in step.changes.items())
    elif step.action is not StepAction.DELETE:
        for name, item in step.changes.items():
            yield f"{name}: {format_value(item.before)} -> {format_value(item.after)}"
    if not step.expect.checkable:
        yield "The present record cannot be read, so it cannot be compared."
    if step.secret is not None:
        yield f"password: {_password_source(step.secret, step)}"
    elif step.action is StepAction.UPDATE:
        yield "password: unchanged"
    for loss in step.losses:
        flag = f"--accept-loss {loss.field}"
        yield f"lost: {loss.field} {format_value(loss.value)}; {loss.fallback} ({flag})"
    for sentence in step.irreversible:
        yield f"cannot be undone: {sentence}"
    if step.blocked is not None:
        yield f"{step.blocked.code}: {step.blocked.message}"
        if step.blocked.hint:
            yield step.blocked.hint
    if step.note:
        yield f"note: {step.note}"


def _route(step: Step) -> str:
    if step.action is StepAction.DELETE and step.source is not None:
        return f"{step.target}; {step.source} replaces it"
    if step.source is None:
        return str(step.target)
    return f"{step.source} -> {step.target}" if step.target is not None else step.source


def _password_source(secret: PasswordSource, step: Step) -> str:
    reference = printable(secret.reference, None)
    if secret.origin is SecretOrigin.SOURCE:
        source = "its source" if reference == step.source else reference
        return f"read back from {source} when it is needed"
    if secret.origin is SecretOrigin.CONFIG:
        return f'{reference}, by [passwords] "{printable(secret.key or "", None)}"'
    if secret.origin is SecretOrigin.RECORD:
        return f"{reference}, as the record says"
    return reference
