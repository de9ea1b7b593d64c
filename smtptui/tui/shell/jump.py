"""One key to a field: each field and button of a form shows a letter until one is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Button, Static

from smtptui.tui.actions import bindings_of
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.shell.jump_labels import assign_letters


@dataclass(frozen=True, slots=True)
class JumpTarget:
    """`widget` takes the focus; `show` puts a letter beside its `label`, and takes it away when that is empty."""

    widget: Widget
    label: str
    show: Callable[[str], None]


def find_targets(form: Screen[object]) -> Iterator[JumpTarget]:
    """The fields and buttons of a form that can have the focus, from its first to its last."""
    for widget in form.focus_chain:
        if isinstance(widget, Button):
            yield _button(widget)
            continue
        row = widget.parent.parent if widget.parent is not None else None
        for label in row.query(".label").results(Static) if isinstance(row, Widget) else ():
            yield _field(widget, label)


def _field(widget: Widget, label: Static) -> JumpTarget:
    text = str(label.content)

    def show(letter: str) -> None:
        marked = Text.assemble((f"{letter})", "bold reverse"), f" {text}") if letter else Text(text)
        marked.no_wrap, marked.overflow = True, "ellipsis"
        label.update(marked, layout=False)

    return JumpTarget(widget, text, show)


def _button(button: Button) -> JumpTarget:
    before = button.label
    text = str(before).strip("[ ]")

    def show(letter: str) -> None:
        # as wide as before, so that nothing moves
        button.label = Content.assemble((f"{letter})", "bold reverse"), f" {text} ") if letter else before

    return JumpTarget(button, text, show)


class JumpScreen(ActionScreen, ModalScreen[object]):
    """Lies over a form, of which it covers only the key line."""

    SCOPE = "jump"
    BINDINGS = bindings_of("jump")

    def __init__(self, form: Screen[object]) -> None:
        super().__init__()
        self._form = form
        spots = list(find_targets(form))
        lettered = zip(assign_letters([spot.label for spot in spots]), spots, strict=True)
        self._spots = {letter: spot for letter, spot in lettered if letter}
        for letter, spot in self._spots.items():
            spot.show(letter)

    def compose(self) -> ComposeResult:
        yield from self.compose_frame()

    def on_key(self, event: events.Key) -> None:
        if not event.is_printable:
            return
        event.stop()
        event.prevent_default()
        spot = self._spots.get((event.character or "").lower())
        if spot is not None:
            self._form.set_focus(spot.widget)
        self.do_back()

    def do_back(self) -> None:
        for spot in self._spots.values():
            spot.show("")
        self.dismiss(None)
