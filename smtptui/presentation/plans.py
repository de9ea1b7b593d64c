"""Plans and their steps in words: what is written, what is lost, what cannot be undone, why a step is blocked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from smtptui.model.display import printable
from smtptui.presentation.values import Role, Span, format_plan_value
from smtptui.sync.plan import BLOCK_CODES, Loss, Plan, PlanKind, SecretOrigin, Step, StepAction

_SHORT = 60
_LONG = 600

ACTION_GLYPHS: Mapping[str, str] = {
    StepAction.CREATE: "+",
    StepAction.ADOPT: "=",
    StepAction.UPDATE: "~",
    StepAction.DELETE: "-",
    StepAction.NO_OP: "=",
    StepAction.BLOCKED: "!",
}
"""Each action has a glyph beside its word, so that colour alone says nothing."""

ACTION_MEANINGS: Mapping[str, str] = {
    StepAction.ADOPT: "The record exists as desired: nothing is written, it is verified.",
    StepAction.NO_OP: "The record is as desired: nothing is done.",
}


def format_plan_title(
    kind: PlanKind | str, source: str | None, target: str | None, undoes: str | None = None
) -> str:
    """Return what a plan or a run does, in a few words."""
    texts = {
        "migrate": f"Migrate {source} → {target}",
        "prune": f"Remove from {source} what is verified at {target}",
        "rotate": "Rotate a password",
        "undo": f"Undo run {undoes}" if undoes else "Undo a run",
    }
    return printable(texts.get(str(kind), str(kind)), 200)


def format_route(action: str, source: str | None, target: str | None) -> str:
    """Return from where to where a step goes; of a delete, the record and the one that stays."""
    if action == StepAction.DELETE:
        text = f"{target}; {source} stays" if source else str(target)
    else:
        text = " → ".join(side for side in (source, target) if side)
    return printable(text, _LONG)


def format_password_source(step: Step) -> str:
    """Return where the password of a step comes from; empty where the step needs none."""
    if step.secret is None:
        return "unchanged" if step.action is StepAction.UPDATE else ""
    reference = printable(step.secret.reference, 200)
    if step.secret.origin is SecretOrigin.SOURCE:
        return f"read from {reference} when the step runs"
    if step.secret.origin is SecretOrigin.CONFIG:
        return f"{reference}, from [passwords] {printable(step.secret.key or '', 120)}".rstrip()
    if step.secret.origin is SecretOrigin.RECORD:
        return f"{reference}, from the record in the file"
    return "as typed, kept in memory only" if reference == "prompt:" else reference


def format_loss(loss: Loss) -> str:
    """Return `lost: FIELD VALUE; what happens instead`."""
    value = format_plan_value(loss.value)
    return f"lost: {printable(loss.field, _SHORT)} {value}; {printable(loss.fallback, _LONG)}"


def step_name(step: Step) -> str:
    """Return the label of a step, or its address where it has none."""
    return printable(step.label or step.source or step.target or "?", 200)


def step_heading(step: Step) -> str:
    """Return `+ create LABEL`."""
    return f"{ACTION_GLYPHS[step.action]} {step.action} {step_name(step)}"


def step_spans(step: Step) -> list[Span]:
    """Return everything about a step: its heading and route, then a line for each detail."""
    route = format_route(step.action, step.source, step.target)
    details = [(f"\n{text}", role) for text, role in step_details(step)]
    return [(step_heading(step), Role.STRONG), (f"  {route}", Role.PLAIN), *details]


def step_details(step: Step) -> Iterator[Span]:
    """Yield a line for each detail of a step, the most important first."""
    if step.blocked is not None:
        yield f"! blocked: {printable(step.blocked.message, _LONG)}", Role.WARNING
        for line in step.blocked.hint.splitlines():
            yield f"  {printable(line, _LONG)}", Role.PLAIN
    for sentence in step.irreversible:
        yield f"! cannot be undone: {printable(sentence, _LONG)}", Role.BAD
    if step.action in ACTION_MEANINGS:
        yield ACTION_MEANINGS[step.action], Role.PLAIN
    if step.note:
        yield printable(step.note, _LONG), Role.PLAIN
    for loss in step.losses:
        yield f"  {format_loss(loss)}", Role.WARNING
    if step.action is StepAction.CREATE:
        values = [
            f"{printable(name, _SHORT)} {format_plan_value(change.after)}"
            for name, change in step.changes.items()
        ]
        yield f"  stores {' · '.join(values)}", Role.PLAIN
    else:
        for name, change in step.changes.items():
            values_text = f"{format_plan_value(change.before)} → {format_plan_value(change.after)}"
            yield f"  {printable(name, _SHORT)}: {values_text}", Role.PLAIN
    if password := format_password_source(step):
        yield f"  password: {password}", Role.PLAIN
    if not step.expect.checkable:
        yield "  The stored record cannot be read, so it is not checked before it is written.", Role.PLAIN


def format_step_remark(step: Step) -> str:
    """Return what matters most about a step, in one line."""
    if step.blocked is not None:
        return BLOCK_CODES.get(step.blocked.code) or printable(step.blocked.message, _LONG)
    parts = []
    if step.irreversible:
        parts.append("! cannot be undone")
    if step.losses:
        parts.append(f"loses {', '.join(printable(loss.field, _SHORT) for loss in step.losses)}")
    if step.action is StepAction.UPDATE:
        parts.append(", ".join(step.changes) or "password")
    target = step.target if step.action is not StepAction.CREATE else ""
    return "; ".join(parts) or printable(step.note or target or "", _LONG)


def collect_irreversible(steps: Iterable[Step]) -> list[str]:
    """Return what cannot be undone, each sentence once; one that several records share carries their number."""
    sentences: dict[str, list[str]] = {}
    for step in steps:
        for sentence in step.irreversible:
            shared = sentence.replace(step.target, "the record") if step.target else sentence
            sentences.setdefault(shared, []).append(printable(sentence, _LONG))
    return [
        same[0] if len(same) == 1 else f"{printable(shared, _LONG)} ({len(same)} steps)"
        for shared, same in sentences.items()
    ]


def format_plan_digest(plan: Plan) -> str:
    """Return `digest sha256:…`, by which a plan is agreed to."""
    return f"digest {plan.to_json()['digest']}"
