"""The keys in force: the registry's own, with what `[ui.keys]` of the configuration puts in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from smtptui.model.nearest import find_nearest, suggest
from smtptui.tui.actions.action import KeyAction
from smtptui.tui.actions.keys import key_name, parse_key, types_a_character
from smtptui.tui.actions.registry import SCOPES, actions_of, all_actions

TEXT_SCOPES = frozenset({"form", "bulk_edit", "request", "filter", "ask"})
"""Where letters are typed, so that a letter does nothing else."""

_NAMED_KEY = re.compile(r"\{([a-z_]+)\.([a-z_]+)\}")


class KeyProblem(NamedTuple):
    """What is wrong with one entry of `[ui.keys]`; `name` is the entry's."""

    name: str
    problem: str
    hint: str


class Keymap(NamedTuple):
    """`changed` holds the keys by `place.action` where they are not the registry's."""

    changed: Mapping[str, tuple[str, ...]]

    def actions_of(self, place: str) -> tuple[KeyAction, ...]:
        return tuple(map(self._in_force, actions_of(place)))

    def find(self, place: str, id: str) -> KeyAction:
        return next(action for action in self.actions_of(place) if action.id == id)

    def key_of(self, place: str, id: str) -> str:
        """The first key of an action, as it is written on a keyboard."""
        return key_name(self.find(place, id).keys[0])

    def fill_keys(self, text: str) -> str:
        """The text with the key in the place of each `{place.action}`."""
        return _NAMED_KEY.sub(lambda found: self._filled_in(found[0], found[1], found[2]), text)

    def _filled_in(self, whole: str, place: str, id: str) -> str:
        known = any(action.id == id for action in actions_of(place))
        return self.key_of(place, id) if known else whole

    def textual_bindings(self) -> dict[str, str]:
        """Binding ids and their keys, as Textual wants a keymap."""
        return {id: ",".join(keys) for id, keys in self.changed.items()}

    def _in_force(self, action: KeyAction) -> KeyAction:
        keys = self.changed.get(f"{action.scope}.{action.id}")
        return action if keys is None else action._replace(keys=keys)


DEFAULT = Keymap({})


def read_keymap(configured: Mapping[str, str]) -> tuple[Keymap, list[KeyProblem]]:
    """The keys as configured, and everything that is wrong with the entries.

    An entry is named for an action (`edit`: wherever there is one of that name) or for one in one place
    (`list.edit`, which then holds there); its value has one key or several, separated by blanks.
    """
    if not configured:
        return DEFAULT, []
    problems: list[KeyProblem] = []
    changed: dict[str, tuple[str, ...]] = {}
    origin: dict[str, str] = {}
    for name, text in sorted(configured.items(), key=lambda entry: "." in entry[0]):
        actions = _named(name)
        if not actions:
            problems.append(KeyProblem(name, "is not a known action", _near(name)))
            continue
        try:
            keys = tuple(dict.fromkeys(map(parse_key, text.split())))
        except ValueError as error:
            problems.append(KeyProblem(name, "names no key", str(error)))
            continue
        if not keys:
            problems.append(KeyProblem(name, "names no key", "Write one, or several with blanks between."))
            continue
        typed = [key_name(key) for key in keys if types_a_character(key)]
        deaf = [action for action in actions if action.scope in TEXT_SCOPES and typed]
        if deaf:
            # a name without a place means the places where such a key can be heard
            actions = [] if "." in name else [action for action in actions if action not in deaf]
            if not actions:
                problems.append(
                    KeyProblem(
                        name,
                        f"cannot be {typed[0]}: letters are typed there",
                        "Name a key such as f5 or ctrl+r.",
                    )
                )
                continue
        for action in actions:
            changed[f"{action.scope}.{action.id}"] = keys
            origin[f"{action.scope}.{action.id}"] = name
    keymap = Keymap(changed)
    problems += _clashes(keymap, origin)
    return keymap, problems


def _named(name: str) -> list[KeyAction]:
    place, dot, id = name.rpartition(".")
    return [action for action in all_actions() if action.id == id and (not dot or action.scope == place)]


def _near(name: str) -> str:
    place, dot, id = name.rpartition(".")
    called = dict.fromkeys(
        action.id
        for action in all_actions()
        if action.label == id.strip().lower() and (not dot or action.scope == place)
    )
    if called:
        return f"Its name is {' or '.join(map(repr, called))}; {id!r} is what `?` calls it."
    if dot and place in SCOPES:
        known = [f"{place}.{action.id}" for action in actions_of(place)]
        return suggest(name, known)
    ids = dict.fromkeys(action.id for action in all_actions())
    whole = [f"{action.scope}.{action.id}" for action in all_actions()]
    found = find_nearest(name, whole if dot else ids) or find_nearest(id, ids)
    if found:
        return f"Did you mean {found!r}?"
    return "Write what `?` on the screen calls it, and `smtptui config check` tells its name."


def _clashes(keymap: Keymap, origin: Mapping[str, str]) -> Iterator[KeyProblem]:
    """One problem for each entry and key that another action of the same place has."""
    told: set[tuple[str, str]] = set()
    for place in SCOPES:
        taken: dict[str, str] = {}
        here = keymap.actions_of(place)
        always = () if place == "everywhere" else keymap.actions_of("everywhere")
        for action in (*here, *always):
            full = f"{action.scope}.{action.id}"
            for key in action.keys:
                other = taken.setdefault(key, full)
                name = origin.get(full) or origin.get(other)
                if other == full or name is None or (name, key) in told:
                    continue
                told.add((name, key))
                against = other if origin.get(full) == name else full
                yield KeyProblem(
                    name,
                    f"takes the key {key_name(key)} of {against}",
                    "Take another key, or give that one a key of its own.",
                )
