"""A field with a few values to choose from with left and right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from smtptui.model.display import printable


class ChoiceField(Widget, can_focus=True):
    """`options` are pairs of value and text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,l", "step(1)", show=False),
        Binding("left,h", "step(-1)", show=False),
    ]

    class Changed(Message):
        def __init__(self, field: ChoiceField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> ChoiceField:
            return self.field

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        value: str,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.options = list(options)
        if value not in [option for option, _ in self.options]:
            self.options.append((value, printable(value, 60)))
        self.value = value
        self._typing_target: tuple[str, Input] | None = None

    def forward_typing_to(self, value: str, field: Input) -> None:
        """Send what is typed or pasted here to another field while `value` is chosen."""
        self._typing_target = (value, field)

    def _forward(self, event: events.Key | events.Paste, text: str) -> None:
        if self._typing_target is not None and text and self._typing_target[0] == self.value:
            event.stop()
            event.prevent_default()
            field = self._typing_target[1]
            field.focus()
            field.insert_text_at_cursor(text)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.key != "space":
            self._forward(event, event.character or "")

    def on_paste(self, event: events.Paste) -> None:
        self._forward(event, event.text.splitlines()[0] if event.text else "")

    def render(self) -> Text:
        text = dict(self.options)[self.value]
        return Text(f"‹ {text} ›", no_wrap=True, overflow="ellipsis")

    def action_step(self, by: int) -> None:
        values = [option for option, _ in self.options]
        self.choose(values[(values.index(self.value) + by) % len(values)])

    def choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Changed(self))
