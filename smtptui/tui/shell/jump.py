"""Forms: keys that move between fields, and the letters that lead to each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, digits

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Button, Static

from smtptui.tui.actions import bindings_of
from smtptui.tui.shell.base import ActionScreen


class FieldsScreen(ActionScreen):
    """A screen of fields, with the keys that move between them."""

    def do_next(self) -> None:
        self.focus_next()

    def do_previous(self) -> None:
        self.focus_previous()

    def do_jump(self) -> None:
        self.services.push(JumpScreen(self))


@dataclass(frozen=True, slots=True)
class JumpTarget:
    """`widget` takes the focus; `show` puts a letter beside its `label`, and removes it when that is empty."""

    widget: Widget
    label: str
    show: Callable[[str], None]


def find_targets(form: Screen[object]) -> Iterator[JumpTarget]:
    """Yield the fields and buttons of a form that can have the focus, from first to last."""
    for widget in form.focus_chain:
        if isinstance(widget, Button):
            yield _button_target(widget)
            continue
        row = widget.parent.parent if widget.parent is not None else None
        for label in row.query(".label").results(Static) if isinstance(row, Widget) else ():
            yield _field_target(widget, label)


def _field_target(widget: Widget, label: Static) -> JumpTarget:
    text = str(label.content)

    def show(letter: str) -> None:
        marked = Text.assemble((f"{letter})", "bold reverse"), f" {text}") if letter else Text(text)
        marked.no_wrap, marked.overflow = True, "ellipsis"
        label.update(marked, layout=False)

    return JumpTarget(widget, text, show)


def _button_target(button: Button) -> JumpTarget:
    before = button.label
    text = str(before).strip("[ ]")

    def show(letter: str) -> None:
        # As wide as before, so that nothing moves.
        button.label = Content.assemble((f"{letter})", "bold reverse"), f" {text} ") if letter else before

    return JumpTarget(button, text, show)


def assign_letters(labels: Sequence[str]) -> list[str]:
    """Return a key for each label, one of its own letters where one is free; empty where all keys are taken."""
    letters = [""] * len(labels)
    free = dict.fromkeys(ascii_lowercase + digits)
    for choices in (lambda label: label.lower()[:1], str.lower, lambda label: "".join(free)):
        for index, label in enumerate(labels):
            if not letters[index]:
                letters[index] = next((letter for letter in choices(label) if letter in free), "")
                free.pop(letters[index], None)
    return letters


class JumpScreen(ActionScreen, ModalScreen[object]):
    """Lies over a form and covers only its key line."""

    SCOPE = "jump"
    BINDINGS = bindings_of("jump")

    def __init__(self, form: Screen[object]) -> None:
        super().__init__()
        self._form = form
        targets = list(find_targets(form))
        letters = assign_letters([target.label for target in targets])
        self._targets = {letter: target for letter, target in zip(letters, targets, strict=True) if letter}
        for letter, target in self._targets.items():
            target.show(letter)

    def compose(self) -> ComposeResult:
        yield from self.compose_frame()

    def on_key(self, event: events.Key) -> None:
        if not event.is_printable:
            return
        event.stop()
        event.prevent_default()
        target = self._targets.get((event.character or "").lower())
        if target is not None:
            self._form.set_focus(target.widget)
        self.do_back()

    def do_back(self) -> None:
        for target in self._targets.values():
            target.show("")
        self.dismiss(None)
