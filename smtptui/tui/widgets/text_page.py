"""A scrolling text of any length: wrapped once for a width, formatted only where it is visible."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class TextPage(ScrollView, can_focus=False, inherit_bindings=False):
    """`text` is the whole text, visible or not."""

    def __init__(self, text: Text, *, classes: str) -> None:
        super().__init__(classes=classes)
        self.text = text
        self._paragraphs = text.split("\n", allow_blank=True)
        self._lines: list[Text] = []
        self._wrapped_at = 0
        # Give the first layout about the height that it will need; wrapped lines are added later.
        self.set_reactive(ScrollView.virtual_size, Size(0, len(self._paragraphs)))

    def on_resize(self) -> None:
        self._wrap()
        self.virtual_size = Size(0, len(self._lines))

    def _wrap(self) -> None:
        width = max(1, self.size.width)
        if width == self._wrapped_at:
            return
        self._wrapped_at, self._lines = width, []
        for line in self._paragraphs:
            if cell_len(line.plain) <= width:
                self._lines.append(line)
            else:
                self._lines += line.wrap(self.app.console, width)

    def render_line(self, y: int) -> Strip:
        self._wrap()
        width, base = self.size.width, self.rich_style
        index = self.scroll_offset.y + y
        segments = []
        if index < len(self._lines):
            line, console = self._lines[index], self.app.console
            # Rich renders a line without styled parts without its own style.
            own = base + console.get_style(line.style)
            segments = [
                Segment(part.text, own + (part.style or Style.null())) for part in line.render(console)
            ]
        return Strip(segments).adjust_cell_length(width, base)
