"""A step of a plan in words, whole: what it writes, what is lost, what cannot be taken back, why it is blocked."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.text import Text

from smtptui.model.display import printable
from smtptui.model.json_value import Json
from smtptui.sync.plan import SecretOrigin, Step, StepAction
from smtptui.tui.runs.plan_choices import ACTION_GLYPHS, format_route

_SHORT = 60
_LONG = 600

ACTION_MEANINGS = {
    StepAction.ADOPT: "It is there already, as wanted: nothing is written, it is verified.",
    StepAction.NO_OP: "It is as wanted: nothing is done.",
}


def format_plan_value(value: Json) -> str:
    """A value of a plan, harmless, `(empty)` for nothing."""
    if value is None or value == "":
        return "(empty)"
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 300)


def format_password_source(step: Step) -> str:
    """Where the password of a step comes from; empty where the step needs none."""
    if step.secret is None:
        return "stays as it is stored" if step.action is StepAction.UPDATE else ""
    reference = printable(step.secret.reference, 200)
    if step.secret.origin is SecretOrigin.SOURCE:
        return f"read back from {reference} when the step is done"
    if step.secret.origin is SecretOrigin.CONFIG:
        return f"{reference}, from [passwords] {printable(step.secret.key or '', 120)}".rstrip()
    if step.secret.origin is SecretOrigin.RECORD:
        return f"{reference}, as the record in the file says"
    return "as typed, kept in memory only" if reference == "prompt:" else reference


def format_step(step: Step) -> Text:
    """Everything of a step. Every text from outside is harmless."""
    text = Text()
    _append_heading(text, step)
    for style, line in _detail_lines(step):
        text.append(f"{line}\n", style=style)
    text.rstrip()
    return text


def _append_heading(text: Text, step: Step) -> None:
    where = printable(format_route(str(step.action), step.source, step.target), _LONG)
    text.append(f"{ACTION_GLYPHS[step.action]} {step.action} {printable(step.label, _SHORT)}", style="bold")
    text.append(f"  {where}\n")


def _detail_lines(step: Step) -> Iterator[tuple[str, str]]:
    if step.blocked is not None:
        yield "bold yellow", f"! blocked: {printable(step.blocked.message, _LONG)}"
        for line in step.blocked.hint.splitlines():
            yield "", f"  {printable(line, _LONG)}"
    for sentence in step.irreversible:
        yield "bold red", f"! cannot be taken back: {printable(sentence, _LONG)}"
    if step.action in ACTION_MEANINGS:
        yield "", ACTION_MEANINGS[step.action]
    if step.note:
        yield "", printable(step.note, _LONG)
    for loss in step.losses:
        lost = f"  {printable(loss.field, _SHORT)} {format_plan_value(loss.value)}: {printable(loss.fallback, _LONG)}"
        yield "yellow", f"  lost{lost}"
    if step.action is StepAction.CREATE:
        stored = [
            f"{printable(name, _SHORT)} {format_plan_value(to.after)}" for name, to in step.changes.items()
        ]
        yield "", f"  stores {' · '.join(stored)}"
    else:
        for name, changed in step.changes.items():
            to = f"{format_plan_value(changed.before)} → {format_plan_value(changed.after)}"
            yield "", f"  {printable(name, _SHORT)}: {to}"
    if password := format_password_source(step):
        yield "", f"  password: {password}"
    if not step.expect.checkable:
        yield "", "  What is stored there cannot be read back, so it is not checked before it is written."
