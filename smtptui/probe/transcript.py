"""The transcript of a conversation: never a credential, never a control character."""

from __future__ import annotations

from typing import NamedTuple

from smtptui.model.display import printable

REDACTED = "<redacted>"


class TranscriptLine(NamedTuple):
    """One line. `mark` is `>` for ours, `<` for the server's, `*` for a note; `encrypted` is true under TLS."""

    mark: str
    encrypted: bool
    text: str

    def __str__(self) -> str:
        return f"{'~' if self.encrypted else '-'}{self.mark} {self.text}"


class Transcript:
    """The lines so far; empty when it is not enabled."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._said: list[TranscriptLine] = []
        self.enabled = enabled

    def add(self, mark: str, text: str, *, encrypted: bool = False) -> None:
        if self.enabled:
            self._said.append(TranscriptLine(mark, encrypted, printable(text)))

    def lines(self) -> tuple[TranscriptLine, ...]:
        return tuple(self._said)
