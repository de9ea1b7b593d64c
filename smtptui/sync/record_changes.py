"""Compare a stored record with the desired credential: which fields to write."""

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
"""Text fields that are compared without regard to case."""


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """The fields to write, the losses, and a remark for the user."""

    changes: Mapping[str, FieldChange]
    losses: tuple[Loss, ...]
    note: str = ""


def find_changes(
    target: Capabilities,
    desired: DesiredCredential,
    stored: Credential,
    *,
    replaces: bool = False,
    can_verify: bool = True,
) -> RecordChanges:
    """Return the changes that make `stored` hold `desired`.

    `replaces`: the record holds another credential, so fields that are not desired are cleared. A record becomes the
    default only if it works: not when its verification failed, nor where nothing `can_verify` it.
    """
    changes: dict[str, FieldChange] = {}
    losses = list(desired.losses)
    note = ""
    for field in PLAIN_WRITABLE_FIELDS:
        name = field.name
        value, present = desired.values.get(name), stored.get(name)
        if value is None:
            if replaces and name == "auth" and present == "none":
                changes[name] = FieldChange(present, "password")
            elif replaces and _can_be_cleared(target, name, present):
                changes[name] = FieldChange(present, None)
            continue
        if is_same_value(name, present, value):
            continue
        if target.for_field(name).access is Access.CREATE_ONLY:
            if not (name == "auth" and present is None):
                losses.append(
                    Loss(
                        name,
                        f"can only be set on create: {_describe_kept_value(target, name, present)}",
                        value,
                    )
                )
        elif name == "default" and stored.verification.summary is Status.FAILED:
            note = f"It does not become the default: {stored.address} failed its verification."
        elif name == "default" and not can_verify:
            note = (
                f"It does not become the default: {stored.address} cannot be verified. "
                "Add a reference to its password under [passwords]."
            )
        else:
            changes[name] = FieldChange(present, value)
    for key, item in desired.native.items():
        there = stored.native.get(key)
        if not satisfies(there, item):
            changes[NATIVE_PREFIX + key] = FieldChange(without_nulls(there), merge_native(there, item))
    return RecordChanges(changes, tuple(losses), note)


def is_same_value(name: str, one: Value, other: Value) -> bool:
    """Whether two values of a field mean the same to a provider."""
    if name in _CASE_INSENSITIVE and isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return one == other


def _can_be_cleared(target: Capabilities, name: str, present: Value) -> bool:
    capability = target.for_field(name)
    return present not in (None, "") and capability.can_set_on_update and capability.clearable


def _describe_kept_value(target: Capabilities, name: str, present: Value) -> str:
    if present is None and not target.for_field(name).readable:
        return f"{target.title} keeps its value and does not report it"
    return "the stored value stays"
