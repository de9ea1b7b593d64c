"""Every place with its keys as a document: the same words as on the help screen, and the names for `[ui.keys]`."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.tui.actions.keys import key_name
from smtptui.tui.actions.registry import SCOPES, actions_of, scope_of

_HEAD = """\
# Keys

Made by `python -m smtptui.tui.actions` from the registry that the screens, their key line, the help (`?`) and the
command palette (`:`) are made from. The last column is the name for `[ui.keys]` of the configuration: alone
(`edit`) it means wherever there is an action of that name, with its place before it (`list.edit`) only there.
Where letters are typed, a letter is typed and nothing else.
"""


def format_document() -> str:
    """The whole of it, in Markdown."""
    return "\n".join([_HEAD, *(line for place in SCOPES for line in _section(place))])


def _section(place: str) -> Iterator[str]:
    yield f"## {scope_of(place).title}\n"
    yield "| key | | what it does | name |"
    yield "|---|---|---|---|"
    for action in actions_of(place):
        keys = " ".join(_code(key_name(key)) for key in action.keys)
        yield f"| {keys} | {action.label} | {_cell(action.help)} | `{place}.{action.id}` |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def _code(key: str) -> str:
    return "`` ` ``" if key == "`" else f"`{key}`".replace("|", "\\|")
