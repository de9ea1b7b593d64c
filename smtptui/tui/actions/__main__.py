"""Write KEYS.md to stdout: every scope with its keys, words and names for `[ui.keys]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from smtptui.tui.actions.keymap import DEFAULT
from smtptui.tui.actions.keys import key_name
from smtptui.tui.actions.registry import SCOPES, actions_of, scope_of

_HEAD = """\
# Keys

Made by `python -m smtptui.tui.actions` from the registry, which the screens, their key line, the help (`?`) and the
command palette (`:`) use too. The last column is the name for `[ui.keys]` of the configuration: alone (`edit`) it
means every action of that name, with its scope (`list.edit`) only that one. In a text field a letter is typed and
does nothing else.
"""


def format_document() -> str:
    """Return the document in Markdown."""
    return "\n".join([_HEAD, *(line for scope in SCOPES for line in _section(scope))])


def _section(scope: str) -> Iterator[str]:
    yield f"## {scope_of(scope).title}\n"
    yield "| key | | what it does | name |"
    yield "|---|---|---|---|"
    for action in actions_of(scope):
        keys = " ".join(_code(key_name(key)) for key in action.keys)
        yield f"| {keys} | {action.label} | {_escape(DEFAULT.fill_keys(action.help))} | `{scope}.{action.id}` |"
    yield ""


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def _code(key: str) -> str:
    return "`` ` ``" if key == "`" else f"`{key}`".replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(format_document())
