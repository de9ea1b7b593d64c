"""Text as lines that fit, nothing of it cut: an id, a digest or a command must be read whole."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.cli.render.cells import wrap
from smtptui.model.display import printable


def fold(text: str, width: int, *, first: str = "", indent: str = "") -> Iterator[str]:
    """Harmless lines of at most `width` cells: the first behind `first`, the others behind `indent`.

    Words stay whole where they can; one that is longer than a line goes on below. No text is no line.
    """
    if not text:
        return
    lead = first
    for line in wrap(printable(text, None), width - max(len(first), len(indent)), broken=True):
        yield f"{lead}{line}".rstrip()
        lead = indent
