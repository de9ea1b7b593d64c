"""The one registry of what a person can do: keys, words, and the reason when it cannot be done here and now.

A module for each place holds its actions; `registry` puts them together. Bindings, the key line at the bottom and
the help screen are made from it. Nothing in here imports Textual until bindings are asked for.
"""

from __future__ import annotations

from smtptui.tui.actions.account_situation import AccountSituation
from smtptui.tui.actions.action import Action, Place, Reason, Situation
from smtptui.tui.actions.keymap import Keymap
from smtptui.tui.actions.keys import KEY_NAMES, PRINTABLE, key_name
from smtptui.tui.actions.registry import PLACES, actions_of, all_actions, bindings_of, find, place_of

__all__ = [
    "KEY_NAMES",
    "PLACES",
    "PRINTABLE",
    "AccountSituation",
    "Action",
    "Keymap",
    "Place",
    "Reason",
    "Situation",
    "actions_of",
    "all_actions",
    "bindings_of",
    "find",
    "key_name",
    "place_of",
]
