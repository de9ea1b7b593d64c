"""No text of the screens names a key: it holds `{scope.action}`, so that it stays true when the key is remapped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "smtptui"

DONE_BY_A_KEY = (
    r"adds|clears|copies|edits|keeps|leads|leaves|opens|prints|runs|shows|stops|tells|verifies|writes"
)
KEY = r"[a-zA-Z]|F\d{1,2}|Esc|Ctrl\+\w"
NAMED = re.compile(
    rf"(?:(?:^|[.;:,(] ?|or ){KEY}) (?:{DONE_BY_A_KEY})\b|\b[Pp]ress(?:ing)? (?:{KEY})\b|\bwith (?:[a-z]|F\d)(?:$|[.,;])"
)


def texts(path: Path) -> Iterator[str]:
    """Yield the strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def test_no_text_names_a_key() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for folder in ("tui", "presentation")
        for path in (ROOT / folder).rglob("*.py")
        for text in texts(path)
        if NAMED.search(text)
    }
    assert not found


def test_a_named_key_is_found() -> None:
    for text in (
        "No account. n adds one.",
        "Esc stops it",
        "(x stops it)",
        "Mark a row, then press t",
        "verify it with v",
    ):
        assert NAMED.search(text)
    assert not NAMED.search("{accounts.create} adds one; a form shows a letter")
