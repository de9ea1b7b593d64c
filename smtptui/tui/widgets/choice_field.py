"""A field with a few values: left and right choose, nothing opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from smtptui.model.display import printable


class ChoiceField(Widget, can_focus=True):
    """`options` are pairs of value and words."""

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

    def render(self) -> Text:
        words = dict(self.options)[self.value]
        return Text(f"‹ {words} ›", no_wrap=True, overflow="ellipsis")

    def action_step(self, by: int) -> None:
        values = [option for option, _ in self.options]
        self.choose(values[(values.index(self.value) + by) % len(values)])

    def choose(self, value: str) -> None:
        """Take a value and tell it."""
        if value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Changed(self))
