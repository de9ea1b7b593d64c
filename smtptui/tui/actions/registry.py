"""All places and their actions, in the order in which the help tells them; each is imported when it is asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from smtptui.tui.actions.action import KeyAction, Scope

if TYPE_CHECKING:
    from textual.binding import BindingType

SCOPES = (
    "list",
    "filter",
    "detail",
    "form",
    "bulk_edit",
    "jump",
    "stages",
    "verify",
    "audit",
    "request",
    "plan",
    "run",
    "runs",
    "accounts",
    "account_form",
    "first_run",
    "jobs",
    "messages",
    "targets",
    "copy",
    "dialog",
    "ask",
    "pick",
    "pages",
    "everywhere",
)
"""Their ids, each the name of the module that holds it."""


@cache
def scope_of(id: str) -> Scope:
    """A screen, or a part of one. Raises KeyError for an id that is not among `PLACES`."""
    if id not in SCOPES:
        raise KeyError(id)
    place = import_module(f"smtptui.tui.actions.{id}").PLACE
    assert isinstance(place, Scope)
    return place._replace(actions=tuple(action._replace(scope=id) for action in place.actions))


def actions_of(place: str) -> tuple[KeyAction, ...]:
    return scope_of(place).actions if place in SCOPES else ()


@cache
def all_actions() -> tuple[KeyAction, ...]:
    return tuple(action for place in SCOPES for action in scope_of(place).actions)


def bindings_of(place: str) -> list[BindingType]:
    """Textual bindings that all lead to `action_perform`; by their ids a keymap replaces the keys."""
    from textual.binding import Binding

    return [
        Binding(
            ",".join(action.keys),
            f"perform('{action.id}')",
            action.label,
            show=False,
            id=f"{action.scope}.{action.id}",
        )
        for action in actions_of(place)
    ]


def find(place: str, id: str) -> KeyAction:
    return next(action for action in actions_of(place) if action.id == id)
