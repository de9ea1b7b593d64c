"""The registry of what a user can do: keys, words, and the reason when it is not possible now. No Textual."""

from __future__ import annotations

from smtptui.tui.actions.action import ActionContext, KeyAction, Reason, Scope
from smtptui.tui.actions.keymap import Keymap
from smtptui.tui.actions.keys import KEY_NAMES, PRINTABLE, key_name
from smtptui.tui.actions.registry import SCOPES, actions_of, all_actions, bindings_of, scope_of

__all__ = [
    "KEY_NAMES",
    "PRINTABLE",
    "SCOPES",
    "ActionContext",
    "KeyAction",
    "Keymap",
    "Reason",
    "Scope",
    "actions_of",
    "all_actions",
    "bindings_of",
    "key_name",
    "scope_of",
]
