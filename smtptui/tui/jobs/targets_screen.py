"""The question before a bulk operation: every target by name, and a key that includes the marked rows the filter hides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_count
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.columns import display_label
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.shell.confirm import ConfirmScreen, button_label

FIRST_LINES = 4
"""Targets that have a line each before the notes, where there are many."""
MAX_NAMES = 3
"""Names in one line."""
TALL_SCREEN_LINES = 22
"""Lines of a terminal in which a line for each of the first leaves room for the notes."""


@dataclass(frozen=True, slots=True)
class TargetsQuestion:
    """A question about some targets. `word` has to be typed where there is one.

    `refusals` holds by address why a credential is not touched; `descriptions` replaces the label and host of a target.
    """

    title: str
    targets: Sequence[Credential]
    notes: Sequence[str] = field(default_factory=tuple)
    word: str | None = None
    refusals: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)


def split_targets(
    candidates: Sequence[Credential], find_refusal: Callable[[Credential], str]
) -> tuple[list[Credential], dict[str, str]]:
    """Return the possible targets, and by address why the others are none."""
    refusals = {item.address: reason for item in candidates if (reason := find_refusal(item))}
    return [item for item in candidates if item.address not in refusals], refusals


class TargetsScreen(ConfirmScreen):
    """Ends in the list of targets that are agreed to, or False. `build_question` makes the question for what is chosen."""

    SCOPE = "targets"
    BINDINGS = bindings_of("targets")

    def __init__(
        self,
        selected: SelectedCredentials,
        build_question: Callable[[Sequence[Credential]], TargetsQuestion],
        *,
        yes: str,
        no: str = "Cancel",
    ) -> None:
        self._selected, self._build_question = selected, build_question
        self._includes_hidden = False
        self._question = build_question(self._chosen)
        super().__init__("", (), yes=yes, no=no, word=self._question.word)

    @property
    def _chosen(self) -> list[Credential]:
        return [*self._selected.shown, *(self._selected.hidden if self._includes_hidden else ())]

    def action_context(self) -> ActionContext:
        return super().action_context()._replace(marked_hidden=len(self._selected.hidden))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("", classes="dialog-title", markup=False)
            yield Static("", id="targets-hidden", markup=False)
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield Static("", id="targets-first", classes="targets-names", markup=False)
                yield Static("", id="targets-notes", markup=False)
                yield Static("", id="targets-rest", classes="targets-names", markup=False)
            with Horizontal(classes="dialog-word"):
                yield Static("", id="targets-word", markup=False)
                word = Input(id="word", select_on_focus=False, compact=True)
                word.cursor_blink = False
                yield word
            with Horizontal(classes="buttons"):
                yield Button(button_label(self._no), id="no", compact=True)
                yield Button(button_label(self._yes), id="yes", compact=True)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self._show()
        super().on_mount()

    def _show(self) -> None:
        question = self._question = self._build_question(self._chosen)
        self._word = question.word
        title = question.title
        if question.refusals:
            title += f"  {len(self._chosen)} marked, {len(question.refusals)} not touched"
        self.query_one(".dialog-title", Static).update(Text(title))
        line = self.query_one("#targets-hidden", Static)
        count = len(self._selected.hidden)
        line.display = bool(count)
        key = self.services.keymap.key_of(self.SCOPE, "hidden")
        text = (
            f"included; {key} excludes them."
            if self._includes_hidden
            else f"not touched; {key} includes them."
        )
        line.update(
            Text(f"{format_count(count, 'marked credential')} hidden by the filter: {text}", style="bold")
        )
        first, rest = self._names(question)
        self._update_lines("#targets-first", first)
        self._update_lines("#targets-notes", [*_format_refusals(question.refusals), *question.notes])
        self._update_lines("#targets-rest", rest)
        self.query_one(".dialog-word").display = question.word is not None
        self.query_one("#targets-word", Static).update(Text(f"Type {question.word} to agree: "))
        self.update_yes(self.query_one("#word", Input).value)
        self.fit()

    def _update_lines(self, selector: str, lines: Sequence[str]) -> None:
        static = self.query_one(selector, Static)
        static.display = bool(lines)
        static.update(Text("\n".join(printable(text, 600) for text in lines)))

    def _names(self, question: TargetsQuestion) -> tuple[list[str], list[str]]:
        """Return the lines before the notes, and those after them."""
        hidden = {item.address for item in self._selected.hidden}
        names = [
            f"{printable(item.address, 60)}  {question.descriptions.get(item.address) or _describe(item)}"
            + ("  (hidden)" if item.address in hidden else "")
            for item in question.targets
        ]
        last = [f"{printable(name, 60)}: not touched, {reason}" for name, reason in question.refusals.items()]
        last = last if len(last) > MAX_NAMES else []
        if len(names) <= FIRST_LINES + 1:
            return names, last
        if self.size.height < TALL_SCREEN_LINES:
            text = ", ".join(printable(item.address, 30) for item in question.targets[:MAX_NAMES])
            return [f"{text}, … {len(names) - MAX_NAMES} more, ↓"], names + last
        return [*names[:FIRST_LINES], f"… {len(names) - FIRST_LINES} more, ↓"], names[FIRST_LINES:] + last

    def on_resize(self) -> None:
        self._show()

    @property
    def can_agree(self) -> bool:
        return bool(self._question.targets)

    @property
    def agreement(self) -> object:
        return list(self._question.targets)

    def do_hidden(self) -> None:
        self._includes_hidden = not self._includes_hidden
        self._show()


def _describe(item: Credential) -> str:
    return f"{printable(display_label(item), 40)}  {printable(item.host or '', 60)}"


def _format_refusals(refused: Mapping[str, str]) -> list[str]:
    """Return one line for each reason."""
    lines = []
    for reason in dict.fromkeys(refused.values()):
        names = [printable(name, 60) for name, why in refused.items() if why == reason]
        if len(names) > MAX_NAMES + 1:
            names[MAX_NAMES:] = [f"… {len(names) - MAX_NAMES} more"]
        lines.append(f"Not touched: {', '.join(names)}, {reason}.")
    return lines
