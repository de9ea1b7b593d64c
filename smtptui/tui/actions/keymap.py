"""The effective keys: the registry's defaults with the overrides of `[ui.keys]` in the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from smtptui.model.nearest import find_nearest, suggest
from smtptui.tui.actions.action import KeyAction
from smtptui.tui.actions.keys import key_name, parse_key, types_a_character
from smtptui.tui.actions.registry import SCOPES, actions_of, all_actions

TEXT_SCOPES = frozenset({"form", "bulk_edit", "request", "filter", "ask"})
"""Scopes of text fields, where a letter is typed and does nothing else."""

_KEY_PLACEHOLDER = re.compile(r"\{([a-z_]+)\.([a-z_]+)\}")


class KeyProblem(NamedTuple):
    """What is wrong with the entry `name` of `[ui.keys]`."""

    name: str
    problem: str
    hint: str


class Keymap(NamedTuple):
    """`overrides` are the configured keys by `scope.action`."""

    overrides: Mapping[str, tuple[str, ...]]

    def actions_of(self, scope: str) -> tuple[KeyAction, ...]:
        return tuple(map(self._with_override, actions_of(scope)))

    def find(self, scope: str, id: str) -> KeyAction:
        return next(action for action in self.actions_of(scope) if action.id == id)

    def key_of(self, scope: str, id: str) -> str:
        """Return the first key of an action, as it is written on a keyboard."""
        return key_name(self.find(scope, id).keys[0])

    def fill_keys(self, text: str) -> str:
        """Return the text with each `{scope.action}` replaced by its key."""
        return _KEY_PLACEHOLDER.sub(self._key_for, text)

    def _key_for(self, placeholder: re.Match[str]) -> str:
        scope, id = placeholder.groups()
        is_known = any(action.id == id for action in actions_of(scope))
        return self.key_of(scope, id) if is_known else placeholder[0]

    def textual_bindings(self) -> dict[str, str]:
        """Return binding ids and their keys, as Textual's `set_keymap` takes them."""
        return {id: ",".join(keys) for id, keys in self.overrides.items()}

    def _with_override(self, action: KeyAction) -> KeyAction:
        keys = self.overrides.get(f"{action.scope}.{action.id}")
        return action if keys is None else action._replace(keys=keys)


DEFAULT = Keymap({})


def read_keymap(configured: Mapping[str, str]) -> tuple[Keymap, list[KeyProblem]]:
    """Return the configured keys, and everything that is wrong with the entries.

    An entry names an action (`edit`: in every scope that has one) or one action of one scope (`list.edit`, which wins
    there). Its value is one key or several, separated by blanks.
    """
    if not configured:
        return DEFAULT, []
    problems: list[KeyProblem] = []
    overrides: dict[str, tuple[str, ...]] = {}
    origin: dict[str, str] = {}
    for name, text in sorted(configured.items(), key=lambda entry: "." in entry[0]):
        actions = _actions_named(name)
        if not actions:
            problems.append(KeyProblem(name, "is not a known action", _suggest(name)))
            continue
        try:
            keys = tuple(dict.fromkeys(map(parse_key, text.split())))
        except ValueError as error:
            problems.append(KeyProblem(name, "names no key", str(error)))
            continue
        if not keys:
            problems.append(KeyProblem(name, "names no key", "Write one, or several with blanks between."))
            continue
        characters = [key_name(key) for key in keys if types_a_character(key)]
        unheard = [action for action in actions if action.scope in TEXT_SCOPES and characters]
        if unheard:
            # A name without a scope means the scopes where such a key can be heard.
            actions = [] if "." in name else [action for action in actions if action not in unheard]
            if not actions:
                problems.append(
                    KeyProblem(
                        name,
                        f"cannot be {characters[0]}: letters are typed there",
                        "Name a key such as f5 or ctrl+r.",
                    )
                )
                continue
        for action in actions:
            overrides[f"{action.scope}.{action.id}"] = keys
            origin[f"{action.scope}.{action.id}"] = name
    keymap = Keymap(overrides)
    problems += _clashes(keymap, origin)
    return keymap, problems


def _actions_named(name: str) -> list[KeyAction]:
    scope, dot, id = name.rpartition(".")
    return [action for action in all_actions() if action.id == id and (not dot or action.scope == scope)]


def _suggest(name: str) -> str:
    scope, dot, id = name.rpartition(".")
    labelled = dict.fromkeys(
        action.id
        for action in all_actions()
        if action.label == id.strip().lower() and (not dot or action.scope == scope)
    )
    if labelled:
        return f"Its name is {' or '.join(map(repr, labelled))}; {id!r} is its label."
    if dot and scope in SCOPES:
        known = [f"{scope}.{action.id}" for action in actions_of(scope)]
        return suggest(name, known)
    ids = dict.fromkeys(action.id for action in all_actions())
    whole = [f"{action.scope}.{action.id}" for action in all_actions()]
    found = find_nearest(name, whole if dot else ids) or find_nearest(id, ids)
    if found:
        return f"Did you mean {found!r}?"
    return "Write its label from the help screen, and `smtptui config check` says its name."


def _clashes(keymap: Keymap, origin: Mapping[str, str]) -> Iterator[KeyProblem]:
    """Yield one problem for each entry and key that another action of the same scope has."""
    reported: set[tuple[str, str]] = set()
    for scope in SCOPES:
        taken: dict[str, str] = {}
        here = keymap.actions_of(scope)
        always = () if scope == "everywhere" else keymap.actions_of("everywhere")
        for action in (*here, *always):
            full = f"{action.scope}.{action.id}"
            for key in action.keys:
                other = taken.setdefault(key, full)
                name = origin.get(full) or origin.get(other)
                if other == full or name is None or (name, key) in reported:
                    continue
                reported.add((name, key))
                against = other if origin.get(full) == name else full
                yield KeyProblem(
                    name,
                    f"takes the key {key_name(key)} of {against}",
                    "Take another key, or give that one a key of its own.",
                )
