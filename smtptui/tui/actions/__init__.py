"""The one registry of what a person can do: keys, words, and the reason when it cannot be done here and now.

A module for each place holds its actions; `registry` puts them together. Bindings, the key line at the bottom and
the help screen are made from it. Nothing in here imports Textual until bindings are asked for.
"""

from __future__ import annotations

from smtptui.tui.actions.account_situation import AccountActionContext
from smtptui.tui.actions.action import ActionContext, KeyAction, Reason, Scope
from smtptui.tui.actions.keymap import Keymap
from smtptui.tui.actions.keys import KEY_NAMES, PRINTABLE, key_name
from smtptui.tui.actions.registry import SCOPES, actions_of, all_actions, bindings_of, find, scope_of

__all__ = [
    "KEY_NAMES",
    "PRINTABLE",
    "SCOPES",
    "AccountActionContext",
    "ActionContext",
    "KeyAction",
    "Keymap",
    "Reason",
    "Scope",
    "actions_of",
    "all_actions",
    "bindings_of",
    "find",
    "key_name",
    "scope_of",
]
