"""What would have to change in a stored record so that it is as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtptui.model.capability import Access, Capabilities
from smtptui.model.change import Value
from smtptui.model.credential import Credential
from smtptui.model.fields import PLAIN_WRITABLE, Kind
from smtptui.model.verification import Status
from smtptui.sync.desired import Wanted
from smtptui.sync.native import PREFIX, agrees, merged, without_nulls
from smtptui.sync.plan import Changed, Loss

_FOLDED = frozenset(field.name for field in PLAIN_WRITABLE if field.kind in (Kind.HOST, Kind.EMAIL))
"""Texts in which upper and lower case make no difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The fields to write, what cannot be written any more, and what a person should know beside."""

    changes: Mapping[str, Changed]
    losses: tuple[Loss, ...]
    note: str = ""


def difference(
    target: Capabilities, asked: Wanted, stored: Credential, *, whole: bool = False, can_be_tried: bool = True
) -> Difference:
    """What to change in `stored`. `whole`: it is another credential's record, so what is not wanted goes.

    The default moves only to what works: not to what is known to fail, or what nothing `can_be_tried` with.
    """
    changes: dict[str, Changed] = {}
    losses = list(asked.losses)
    note = ""
    for field in PLAIN_WRITABLE:
        name = field.name
        value, present = asked.values.get(name), stored.value(name)
        if value is None:
            if whole and name == "auth" and present == "none":
                changes[name] = Changed(present, "password")
            elif whole and _goes(target, name, present):
                changes[name] = Changed(present, None)
            continue
        if same(name, present, value):
            continue
        if target.of(name).access is Access.CREATE_ONLY:
            if not (name == "auth" and present is None):
                losses.append(
                    Loss(name, f"set by a create only: {_what_stays(target, name, present)}", value)
                )
        elif name == "default" and stored.verification.summary is Status.FAILED:
            note = f"It does not become the default: {stored.address} is known not to work."
        elif name == "default" and not can_be_tried:
            note = (
                f"It does not become the default: nothing can try whether {stored.address} works. "
                "Name its password under [passwords]."
            )
        else:
            changes[name] = Changed(present, value)
    for key, item in asked.native.items():
        there = stored.native.get(key)
        if not agrees(there, item):
            changes[PREFIX + key] = Changed(without_nulls(there), merged(there, item))
    return Difference(changes, tuple(losses), note)


def same(name: str, one: Value, other: Value) -> bool:
    """Whether two values of a field mean the same."""
    if name in _FOLDED and isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return one == other


def _goes(target: Capabilities, name: str, present: Value) -> bool:
    capability = target.of(name)
    return present not in (None, "") and capability.on_update and capability.clearable


def _what_stays(target: Capabilities, name: str, present: Value) -> str:
    if present is None and not target.of(name).readable:
        return f"what {target.title} has stays, and is not told"
    return "what is stored stays"
