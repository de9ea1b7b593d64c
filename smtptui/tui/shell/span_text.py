"""Text with roles as the screen shows it: a style for each role."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from smtptui.presentation.values import Role, Span

ROLE_STYLES = {
    Role.PLAIN: "",
    Role.STRONG: "bold",
    Role.GOOD: "green",
    Role.WARNING: "yellow",
    Role.BAD: "red",
    Role.DIM: "dim",
}


def to_text(spans: Iterable[Span]) -> Text:
    """Return the spans as one styled text."""
    text = Text()
    for piece, role in spans:
        text.append(piece, style=ROLE_STYLES[role])
    return text
