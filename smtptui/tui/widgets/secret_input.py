"""A password that can be typed and pasted, never copied out."""

from __future__ import annotations

from textual.actions import SkipAction
from textual.selection import Selection
from textual.widgets import Input


class SecretInput(Input):
    """Masked always; cut and copy do nothing, so that nothing reaches the clipboard or the terminal."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(password=True, id=id, classes=classes, select_on_focus=False, compact=True)
        self.cursor_blink = False

    @property
    def selected_text(self) -> str:
        """Always empty: what is typed here is not to be had from outside."""
        return ""

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return None

    def action_copy(self) -> None:
        raise SkipAction()

    def action_cut(self) -> None:
        """Nothing: a password is not cut to a clipboard."""

    def forget(self) -> None:
        """Drop what was typed."""
        with self.prevent(Input.Changed):
            self.value = ""
