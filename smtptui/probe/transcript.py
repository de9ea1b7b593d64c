"""What was said, for showing on demand: never a credential, never a control character."""

from __future__ import annotations

from typing import NamedTuple

from smtptui.model.display import printable

REDACTED = "<redacted>"


class TranscriptLine(NamedTuple):
    """One line. `mark` is `>` for ours, `<` for the server's, `*` for a note; `encrypted` tells TLS from clear."""

    mark: str
    encrypted: bool
    text: str

    def __str__(self) -> str:
        return f"{'~' if self.encrypted else '-'}{self.mark} {self.text}"


class Transcript:
    """Holds what was said, unless nobody is going to look: then it stays empty."""

    def __init__(self, *, kept: bool = True) -> None:
        self._said: list[TranscriptLine] = []
        self.kept = kept

    def add(self, mark: str, text: str, *, encrypted: bool = False) -> None:
        if self.kept:
            self._said.append(TranscriptLine(mark, encrypted, printable(text)))

    def lines(self) -> tuple[TranscriptLine, ...]:
        return tuple(self._said)
