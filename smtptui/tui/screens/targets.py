"""Ask before bulk work: every target by name, how many marked ones the filter hides, one key to take those in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.columns import label_of
from smtptui.tui.marks import Marked
from smtptui.tui.screens.confirm import ConfirmScreen, button_label
from smtptui.tui.widgets.too_small import TooSmall
from smtptui.tui.wording import counted


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about some targets. `notes` come before their names; `word` is to be typed where there is one."""

    title: str
    targets: Sequence[Credential]
    notes: Sequence[str] = field(default_factory=tuple)
    word: str | None = None


class TargetsScreen(ConfirmScreen):
    """Ends in the list of targets that are agreed to, or False. `ask` makes the question for what is chosen."""

    PLACE = "targets"
    BINDINGS = bindings_of("targets")

    def __init__(
        self, marked: Marked, ask: Callable[[Sequence[Credential]], Question], *, yes: str, no: str = "Cancel"
    ) -> None:
        self._marked, self._ask = marked, ask
        self._hidden_too = False
        self._question = ask(self._chosen)
        super().__init__("", (), yes=yes, no=no, word=self._question.word)

    @property
    def _chosen(self) -> list[Credential]:
        return [*self._marked.shown, *(self._marked.hidden if self._hidden_too else ())]

    def situation(self) -> Situation:
        return Situation(marked_hidden=len(self._marked.hidden))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("", classes="dialog-title", markup=False)
            yield Static("", id="targets-hidden", markup=False)
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield Static("", id="targets-notes", markup=False)
                yield Static("", id="targets-names", markup=False)
            with Horizontal(classes="dialog-word"):
                yield Static("", id="targets-word", markup=False)
                word = Input(id="word", compact=True)
                word.cursor_blink = False
                yield word
            with Horizontal(classes="buttons"):
                yield Button(button_label(self._no), id="no", compact=True)
                yield Button(button_label(self._yes), id="yes", compact=True)
        yield TooSmall()

    def on_mount(self) -> None:
        self._show()
        super().on_mount()

    def _show(self) -> None:
        question = self._question = self._ask(self._chosen)
        self._word = question.word
        self.query_one(".dialog-title", Static).update(Text(question.title))
        line = self.query_one("#targets-hidden", Static)
        count = len(self._marked.hidden)
        line.display = bool(count)
        key = self.our_app.keymap.key_of(self.PLACE, "hidden")
        told = (
            f"taken in; {key} leaves them out." if self._hidden_too else f"not touched; {key} takes them in."
        )
        line.update(Text(f"{counted(count, 'marked credential')} hidden by the filter: {told}", style="bold"))
        hidden = {item.address for item in self._marked.hidden}
        names = [
            f"{printable(item.address, 60)}  {printable(label_of(item), 40)}  {printable(item.host or '', 60)}"
            + ("  (hidden)" if item.address in hidden else "")
            for item in question.targets
        ]
        notes = self.query_one("#targets-notes", Static)
        notes.display = bool(question.notes)
        notes.update(Text("\n".join(printable(text, 600) for text in question.notes)))
        self.query_one("#targets-names", Static).update(Text("\n".join(names)))
        self.query_one(".dialog-word").display = question.word is not None
        self.query_one("#targets-word", Static).update(Text(f"Type {question.word} to agree: "))
        self.allow(self.query_one("#word", Input).value)
        self.fit()

    @property
    def agreeable(self) -> bool:
        return bool(self._question.targets)

    @property
    def agreement(self) -> object:
        return list(self._question.targets)

    def do_hidden(self) -> None:
        self._hidden_too = not self._hidden_too
        self._show()

    def do_page_down(self) -> None:
        self.query_one(".dialog-body").scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.query_one(".dialog-body").scroll_page_up(animate=False)
