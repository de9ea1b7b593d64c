"""All scopes and their actions in the order of the help; a subject's module is imported when it is asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from smtptui.tui.actions.action import KeyAction, Scope

if TYPE_CHECKING:
    from textual.binding import BindingType

_SUBJECTS = {
    "list": "credentials",
    "filter": "credentials",
    "detail": "credentials",
    "form": "credentials.form",
    "bulk_edit": "credentials.form",
    "jump": "shell",
    "stages": "verification",
    "verify": "verification",
    "audit": "audit",
    "request": "runs",
    "plan": "runs",
    "run": "runs",
    "runs": "runs",
    "accounts": "accounts",
    "account_form": "accounts",
    "first_run": "accounts",
    "jobs": "jobs",
    "messages": "shell",
    "targets": "jobs",
    "copy": "shell",
    "dialog": "shell",
    "ask": "shell",
    "pick": "accounts",
    "pages": "shell",
    "everywhere": "shell",
}
"""Scope to the folder whose `actions.py` holds it."""

SCOPES = tuple(_SUBJECTS)


@cache
def scope_of(id: str) -> Scope:
    """Return a scope by its id. Raises KeyError for an id that is not among `SCOPES`."""
    module = import_module(f"smtptui.tui.{_SUBJECTS[id]}.actions")
    scope: Scope = next(scope for scope in module.SCOPES if scope.id == id)
    return scope._replace(actions=tuple(action._replace(scope=id) for action in scope.actions))


def actions_of(scope: str) -> tuple[KeyAction, ...]:
    return scope_of(scope).actions if scope in SCOPES else ()


@cache
def all_actions() -> tuple[KeyAction, ...]:
    return tuple(action for scope in SCOPES for action in scope_of(scope).actions)


def bindings_of(scope: str) -> list[BindingType]:
    """Return Textual bindings that all call `action_perform`; a keymap replaces the keys by the bindings' ids."""
    from textual.binding import Binding

    return [
        Binding(
            ",".join(action.keys),
            f"perform('{action.id}')",
            action.label,
            show=False,
            id=f"{action.scope}.{action.id}",
        )
        for action in actions_of(scope)
    ]
