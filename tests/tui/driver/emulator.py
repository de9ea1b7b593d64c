"""A terminal emulator that treats half-overwritten wide characters as terminals do, and what can be seen on it."""

from __future__ import annotations

from typing import Any

import pyte
from pyte.screens import Char

_BLANK = Char(" ")


class Emulator(pyte.Screen):
    """pyte's screen, made exact where the streams need it: halves of wide characters, and faint text."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(columns, lines)
        self.stream = pyte.Stream(self)
        self.reset_mode(7, private=True)

    def show(self, text: str) -> None:
        self.stream.feed(text)

    def draw(self, data: str) -> None:
        for character in data:
            before = self.cursor.x
            line = self.buffer[self.cursor.y]
            if character.isascii() or pyte.screens.wcwidth(character) > 0:
                size = pyte.screens.wcwidth(character)
                at = min(before, self.columns - size)
                self._break(line, at)
                self._break(line, at + size)
            super().draw(character)

    def _break(self, line: Any, x: int) -> None:
        if 0 < x < self.columns and line[x].data == "":
            for half in (x - 1, x):
                line[half] = line[half]._replace(data=" ")

    def select_graphic_rendition(self, *attrs: int, **more: Any) -> None:
        # pyte knows no faint text: blinking stands for it, which no screen here asks for.
        if 38 not in attrs and 48 not in attrs:
            attrs = tuple({2: 5}.get(code, code) for code in attrs)
            attrs = tuple(each for code in attrs for each in ((22, 25) if code == 22 else (code,)))
        super().select_graphic_rendition(*attrs, **more)

    def visible(self) -> list[list[tuple[Any, ...]]]:
        """What a person sees, cell by cell: of a blank only its background, unless it is underlined or the like."""
        return [[_seen(self.buffer[y][x]) for x in range(self.columns)] for y in range(self.lines)]


def _seen(cell: Char) -> tuple[Any, ...]:
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return (" ", cell.bg)
    return tuple(cell)
