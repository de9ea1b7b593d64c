"""What would have to change in a stored record so that it is as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtptui.model.capability import Access, Capabilities
from smtptui.model.change import Value
from smtptui.model.credential import Credential
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS, FieldKind
from smtptui.model.verification import Status
from smtptui.sync.desired import DesiredCredential
from smtptui.sync.native import NATIVE_PREFIX, merge_native, satisfies, without_nulls
from smtptui.sync.plan import FieldChange, Loss

_CASE_INSENSITIVE = frozenset(
    field.name for field in PLAIN_WRITABLE_FIELDS if field.kind in (FieldKind.HOST, FieldKind.EMAIL)
)
"""Texts in which upper and lower case make no difference."""


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """The fields to write, what cannot be written any more, and what a person should know beside."""

    changes: Mapping[str, FieldChange]
    losses: tuple[Loss, ...]
    note: str = ""


def find_changes(
    target: Capabilities,
    asked: DesiredCredential,
    stored: Credential,
    *,
    whole: bool = False,
    can_be_tried: bool = True,
) -> RecordChanges:
    """What to change in `stored`. `whole`: it is another credential's record, so what is not wanted goes.

    The default moves only to what works: not to what is known to fail, or what nothing `can_be_tried` with.
    """
    changes: dict[str, FieldChange] = {}
    losses = list(asked.losses)
    note = ""
    for field in PLAIN_WRITABLE_FIELDS:
        name = field.name
        value, present = asked.values.get(name), stored.get(name)
        if value is None:
            if whole and name == "auth" and present == "none":
                changes[name] = FieldChange(present, "password")
            elif whole and _can_be_cleared(target, name, present):
                changes[name] = FieldChange(present, None)
            continue
        if is_same_value(name, present, value):
            continue
        if target.for_field(name).access is Access.CREATE_ONLY:
            if not (name == "auth" and present is None):
                losses.append(
                    Loss(name, f"set by a create only: {_describe_kept_value(target, name, present)}", value)
                )
        elif name == "default" and stored.verification.summary is Status.FAILED:
            note = f"It does not become the default: {stored.address} is known not to work."
        elif name == "default" and not can_be_tried:
            note = (
                f"It does not become the default: nothing can try whether {stored.address} works. "
                "Name its password under [passwords]."
            )
        else:
            changes[name] = FieldChange(present, value)
    for key, item in asked.native.items():
        there = stored.native.get(key)
        if not satisfies(there, item):
            changes[NATIVE_PREFIX + key] = FieldChange(without_nulls(there), merge_native(there, item))
    return RecordChanges(changes, tuple(losses), note)


def is_same_value(name: str, one: Value, other: Value) -> bool:
    """Whether two values of a field mean the same."""
    if name in _CASE_INSENSITIVE and isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return one == other


def _can_be_cleared(target: Capabilities, name: str, present: Value) -> bool:
    capability = target.for_field(name)
    return present not in (None, "") and capability.can_set_on_update and capability.clearable


def _describe_kept_value(target: Capabilities, name: str, present: Value) -> str:
    if present is None and not target.for_field(name).readable:
        return f"what {target.title} has stays, and is not told"
    return "what is stored stays"
