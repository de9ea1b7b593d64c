"""Ask for a confirmation. The focus starts on the harmless button."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.shell.dialog import Dialog

MAX_HEIGHT_PERCENT = 92
"""Maximum height of a dialog in per cent of the height above the key line, as in the style sheet."""
KEY_LINE = 1
BORDER = 2
MAX_BODY_LINES = 13


def button_label(text: str) -> Content:
    return Content(f"[ {text} ]")


class ConfirmScreen(Dialog):
    """Dismissed with True for yes. With `word`, yes is possible only after that was typed."""

    SCOPE = "dialog"
    BINDINGS = bindings_of("dialog")

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        *,
        yes: str,
        no: str = "Cancel",
        word: str | None = None,
    ) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)
        self._yes, self._no, self._word = yes, no, word

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="dialog-title")
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield Static(Text("\n".join(self._lines)))
            if self._word is not None:
                with Horizontal(classes="dialog-word"):
                    yield Static(Text(f"Type {self._word} to agree: "))
                    word = Input(id="word", select_on_focus=False, compact=True)
                    word.cursor_blink = False
                    yield word
            with Horizontal(classes="buttons"):
                yield Button(button_label(self._no), id="no", compact=True)
                yield Button(button_label(self._yes), id="yes", compact=True, disabled=self._word is not None)
        yield from self.compose_frame()

    def action_context(self) -> ActionContext:
        agree = "" if self.can_agree else "there is nothing to agree to"
        if self._word is not None:
            agree = f"type {self._word} instead, then Enter"
        scroll = "" if self.query_one(".dialog-body").max_scroll_y > 0 else "all of it is shown"
        return ActionContext(reasons={"yes": agree, "scroll_down": scroll})

    def on_key(self, event: events.Key) -> None:
        """Put what is typed into the field of the word, wherever the focus is."""
        if self._word is None or not event.is_printable or self.is_typing:
            return
        if any(event.key in action.keys for action in self._actions if action.id != "yes"):
            return
        event.stop()
        event.prevent_default()
        word = self.query_one("#word", Input)
        word.focus()
        word.insert_text_at_cursor(event.character or "")

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()
        self.fit()

    def on_resize(self) -> None:
        self.fit()

    def fit(self) -> None:
        """Limit the text to the room that the rest of the box leaves: the buttons stay visible."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        box, body = self.query_one(".dialog"), self.query_one(".dialog-body")
        rest = [child for child in box.children if child is not body and child.display]
        taken = sum(child.outer_size.height + child.styles.margin.height for child in rest)
        room = (self.size.height - KEY_LINE) * MAX_HEIGHT_PERCENT // 100 - BORDER - taken
        body.styles.max_height = max(2, min(MAX_BODY_LINES, room))
        self.call_after_refresh(self.refresh_hints)

    @property
    def can_agree(self) -> bool:
        """Whether there is something to agree to."""
        return True

    @property
    def agreement(self) -> object:
        """What a yes dismisses the screen with."""
        return True

    def update_yes(self, typed: str) -> None:
        """Enable the yes button when the word is typed."""
        is_agreed = self._word is None or typed.strip().lower() == self._word
        self.query_one("#yes", Button).disabled = not (is_agreed and self.can_agree)

    @on(Input.Changed, "#word")
    def _handle_word(self, event: Input.Changed) -> None:
        self.update_yes(event.value)

    @on(Input.Submitted, "#word")
    def _handle_enter(self) -> None:
        yes = self.query_one("#yes", Button)
        if not yes.disabled:
            yes.focus()

    @on(Button.Pressed)
    def _handle_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(self.agreement if event.button.id == "yes" else False)

    def do_yes(self) -> None:
        if self._word is None and self.can_agree:
            self.dismiss(self.agreement)

    def do_no(self) -> None:
        self.dismiss(False)

    def do_scroll_down(self) -> None:
        self.query_one(".dialog-body").scroll_down(animate=False)

    def do_scroll_up(self) -> None:
        self.query_one(".dialog-body").scroll_up(animate=False)

    def do_page_down(self) -> None:
        self.query_one(".dialog-body").scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.query_one(".dialog-body").scroll_page_up(animate=False)
