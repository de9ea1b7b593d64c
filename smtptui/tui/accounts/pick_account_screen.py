"""Choose an account, or the provider of a new one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from smtptui.model.display import printable
from smtptui.tui.actions import bindings_of
from smtptui.tui.shell.dialog import Dialog
from smtptui.tui.widgets.choices import Choices


class PickAccountScreen(Dialog):
    """Ends in a name, or None. `choices`: name, title of the provider, reason why not."""

    SCOPE = "pick"
    BINDINGS = bindings_of("pick")

    def __init__(
        self, choices: Sequence[tuple[str, str, str]], *, title: str = "New credential: in which account?"
    ) -> None:
        super().__init__()
        self._choices, self._title = choices, title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="dialog-title")
            yield Choices(*(self._option(*choice) for choice in self._choices), markup=False)
        yield from self.compose_frame()

    @staticmethod
    def _option(account: str, title: str, reason: str) -> Option:
        name = printable(account, 30)
        line = title if title.lower() == name else f"{name} ({title})"
        if reason:
            line += f": {reason}"
        return Option(Text(line, no_wrap=True, overflow="ellipsis"), id=account, disabled=bool(reason))

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        options.action_first()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def do_yes(self) -> None:
        """Nothing: the list takes Enter itself."""

    def do_no(self) -> None:
        self.dismiss(None)

    def do_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def do_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()
