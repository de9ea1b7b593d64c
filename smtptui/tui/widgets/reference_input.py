"""A secret reference is typed in the open; what cannot be one is masked at once, for it may be the secret itself."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.actions import SkipAction

from smtptui.model.display import printable
from smtptui.tui.widgets.plain_input import PlainInput

_NAMES = ("env:", "file:", "cmd:", "keyring:", "prompt:")
_INLINE = "inline:"
MASK = "•"


def mask_reference(text: str) -> str:
    """What is shown of a text where a reference belongs; as many characters as it has."""
    begun = text.lstrip()
    if any(begun.startswith(name) or name.startswith(begun) for name in (*_NAMES, _INLINE)):
        if not begun.startswith(_INLINE):
            return printable(text, None)
        open_part = len(text) - len(begun) + len(_INLINE)
        return text[:open_part] + MASK * (len(text) - open_part)
    return MASK * len(text)


class ReferenceInput(PlainInput):
    """What is masked cannot be copied out either."""

    @property
    def is_masked(self) -> bool:
        """Whether something typed is not shown."""
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
