"""No widget or screen of ours keeps something under a name that Textual keeps its own things under."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator

import pytest
from textual.message_pump import MessagePump

import smtptui.tui

MEANT = {
    "animation_level",
    "border_title",
    "can_focus",
    "cursor_blink",
    "styles",
    "sub_title",
    "theme",
    "title",
    "value",
    "virtual_size",
}
"""What is there to be set."""

ON_PURPOSE = {
    "SmtptuiApp": {
        "_exception",
        "_fatal_error",
        "_filters",
        "_handle_exception",
        "_load_screen_css",
        "_print_error_renderables",
        "_return_code",
    },
    "PlainInput": {"_position_to_cell", "_value"},
    "ReferenceInput": {"_position_to_cell", "_value"},
    "StaticIndicator": {"_on_mount"},
}
"""What takes the place of Textual's own because nothing public does."""


def ours() -> Iterator[type]:
    for module in pkgutil.walk_packages(smtptui.tui.__path__, "smtptui.tui."):
        if not module.name.endswith("__main__"):
            for found in vars(importlib.import_module(module.name)).values():
                if (
                    isinstance(found, type)
                    and issubclass(found, MessagePump)
                    and found.__module__ == module.name
                ):
                    yield found


def written(kind: type) -> ast.ClassDef:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    return tree


def assigned(kind: type) -> set[str]:
    """What the methods of a class itself put on `self`."""
    return {
        node.attr
        for node in ast.walk(written(kind))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }


def private_methods(kind: type) -> set[str]:
    found = {
        node.name for node in written(kind).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def textuals(kind: type) -> set[str]:
    names: set[str] = set()
    for base in kind.__mro__:
        if base.__module__.startswith("textual."):
            names |= set(vars(base)) | assigned(base)
    return names


@pytest.mark.parametrize("kind", sorted(set(ours()), key=repr))
def test_no_name_of_ours_hides_one_of_textuals(kind: type) -> None:
    ours = assigned(kind) | private_methods(kind)
    assert ours & textuals(kind) <= MEANT | ON_PURPOSE.get(kind.__name__, set())
