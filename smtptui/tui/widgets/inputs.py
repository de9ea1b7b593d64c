"""Fields to type in: one line of text, a secret reference, a secret."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.actions import SkipAction
from textual.selection import Selection
from textual.widgets import Input

from smtptui.model.display import printable

MASK = "•"
_REFERENCES = ("env:", "file:", "cmd:", "keyring:", "prompt:")
_INLINE = "inline:"


class PlainInput(Input):
    """One line of text without blinking or border. A control character is shown as its picture, one cell wide."""

    def __init__(self, value: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(value, id=id, classes=classes, select_on_focus=False, compact=True)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        return Text(printable(self.value, None), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(printable(self.value[:position], None))


def mask_reference(text: str) -> str:
    """Return what is shown of a secret reference, as many characters as it has.

    What cannot be a reference is masked at once: it may be the secret itself.
    """
    begun = text.lstrip()
    if any(begun.startswith(name) or name.startswith(begun) for name in (*_REFERENCES, _INLINE)):
        if not begun.startswith(_INLINE):
            return printable(text, None)
        open_part = len(text) - len(begun) + len(_INLINE)
        return text[:open_part] + MASK * (len(text) - open_part)
    return MASK * len(text)


class ReferenceInput(PlainInput):
    """A secret reference. What is masked cannot be copied either."""

    @property
    def is_masked(self) -> bool:
        return mask_reference(self.value) != printable(self.value, None)

    @property
    def selected_text(self) -> str:
        return "" if self.is_masked else super().selected_text

    def action_copy(self) -> None:
        if self.is_masked:
            raise SkipAction()
        super().action_copy()

    @property
    def _value(self) -> Text:
        return Text(mask_reference(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(mask_reference(self.value)[:position])


class SecretInput(Input):
    """A password that can be typed and pasted, always masked, never copied to the clipboard or the terminal."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(password=True, id=id, classes=classes, select_on_focus=False, compact=True)
        self.cursor_blink = False

    @property
    def selected_text(self) -> str:
        return ""

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return None

    def action_copy(self) -> None:
        raise SkipAction()

    def action_cut(self) -> None:
        """Do nothing: a password is not cut to a clipboard."""

    def forget(self) -> None:
        """Drop what was typed."""
        with self.prevent(Input.Changed):
            self.value = ""
