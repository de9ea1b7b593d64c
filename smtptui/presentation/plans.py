"""A step of a plan in words, whole: what it writes, what is lost, what cannot be taken back, why it is blocked."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.text import Text

from smtptui.model.display import printable
from smtptui.model.json_value import Json
from smtptui.sync.plan import Action, SecretOrigin, Step
from smtptui.tui.runs.plan_choices import SIGILS, where_words

_SHORT = 60
_LONG = 600

EXPLAINED = {
    Action.ADOPT: "It is there already, as wanted: nothing is written, it is verified.",
    Action.NO_OP: "It is as wanted: nothing is done.",
}


def value_words(value: Json) -> str:
    """A value of a plan, harmless, `(empty)` for nothing."""
    if value is None or value == "":
        return "(empty)"
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 300)


def password_words(step: Step) -> str:
    """Where the password of a step comes from; empty where the step needs none."""
    if step.secret is None:
        return "stays as it is stored" if step.action is Action.UPDATE else ""
    reference = printable(step.secret.reference, 200)
    if step.secret.origin is SecretOrigin.SOURCE:
        return f"read back from {reference} when the step is done"
    if step.secret.origin is SecretOrigin.CONFIG:
        return f"{reference}, from [passwords] {printable(step.secret.key or '', 120)}".rstrip()
    if step.secret.origin is SecretOrigin.RECORD:
        return f"{reference}, as the record in the file says"
    return "as typed, kept in memory only" if reference == "prompt:" else reference


def step_text(step: Step) -> Text:
    """Everything of a step. Every text from outside is harmless."""
    text = Text()
    _head(text, step)
    for style, line in _lines(step):
        text.append(f"{line}\n", style=style)
    text.rstrip()
    return text


def _head(text: Text, step: Step) -> None:
    where = printable(where_words(str(step.action), step.source, step.target), _LONG)
    text.append(f"{SIGILS[step.action]} {step.action} {printable(step.label, _SHORT)}", style="bold")
    text.append(f"  {where}\n")


def _lines(step: Step) -> Iterator[tuple[str, str]]:
    if step.blocked is not None:
        yield "bold yellow", f"! blocked: {printable(step.blocked.message, _LONG)}"
        for line in step.blocked.hint.splitlines():
            yield "", f"  {printable(line, _LONG)}"
    for sentence in step.irreversible:
        yield "bold red", f"! cannot be taken back: {printable(sentence, _LONG)}"
    if step.action in EXPLAINED:
        yield "", EXPLAINED[step.action]
    if step.note:
        yield "", printable(step.note, _LONG)
    for loss in step.losses:
        lost = (
            f"  {printable(loss.field, _SHORT)} {value_words(loss.value)}: {printable(loss.fallback, _LONG)}"
        )
        yield "yellow", f"  lost{lost}"
    if step.action is Action.CREATE:
        stored = [f"{printable(name, _SHORT)} {value_words(to.after)}" for name, to in step.changes.items()]
        yield "", f"  stores {' · '.join(stored)}"
    else:
        for name, changed in step.changes.items():
            to = f"{value_words(changed.before)} → {value_words(changed.after)}"
            yield "", f"  {printable(name, _SHORT)}: {to}"
    if password := password_words(step):
        yield "", f"  password: {password}"
    if not step.expect.checkable:
        yield "", "  What is stored there cannot be read back, so it is not checked before it is written."
