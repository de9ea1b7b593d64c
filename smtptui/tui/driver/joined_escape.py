"""Split Escape from a key that arrived with it: screen waits 300 ms after an Escape, older tmux 500, and sends both
together. Terminals encode Alt with a key the same way."""

from __future__ import annotations

from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.events import Key

_INTRODUCERS = frozenset("[]OPX^_")
"""What follows the Escape of a control sequence: a truncated or unknown one is no key."""

_SIGNS = frozenset("0123456789-=")
"""What Textual reads as a sign that macOS types with Option."""


class JoinedEscapeParser(XTermParser):
    """Reads them as two keys, except the Alt keys in `kept` (such as `alt+x`)."""

    def __init__(self, debug: bool = False, *, kept: Iterable[str] = ()) -> None:
        super().__init__(debug)
        self._kept = frozenset(kept)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if sequence[:1] == "\x1b" and sequence[1:] in _SIGNS:
            sequence, alt = sequence[1:], True
        if not alt or sequence in _INTRODUCERS:
            yield from super()._sequence_to_key_events(sequence, alt)
            return
        with_alt = list(super()._sequence_to_key_events(sequence, True))
        if any(event.key in self._kept for event in with_alt):
            yield from with_alt
            return
        yield Key("escape", "\x1b")
        yield from super()._sequence_to_key_events(sequence)
