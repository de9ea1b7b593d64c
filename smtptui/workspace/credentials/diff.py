"""Compare two versions of a credential by the fields a user can set; computed fields do not count."""

from __future__ import annotations

from smtptui.model.capability import Access, Capabilities
from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.errors import ConflictError
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.model.json_value import Json


def find_changed_fields(capabilities: Capabilities, one: Credential, other: Credential) -> tuple[str, ...]:
    """Return the names of readable fields whose values differ, native ones as `native.KEY`."""
    names = [
        field.name
        for field in PLAIN_WRITABLE_FIELDS
        if capabilities.for_field(field.name).readable and one.get(field.name) != other.get(field.name)
    ]
    # A listing may omit native fields that the single record has, so only those in both are compared.
    named = [item.name for item in capabilities.native if item.wanted]
    if capabilities.any_native:
        computed = {item.name for item in capabilities.native if not item.wanted}
        named = [name for name in one.native if name not in computed]
    names += [
        f"native.{name}"
        for name in named
        if name in one.native and name in other.native and one.native[name] != other.native[name]
    ]
    return tuple(names)


def refuse_if_changed(
    capabilities: Capabilities, read: Credential, present: Credential, change: Change
) -> None:
    """Raise ConflictError with both versions when the record changed since it was read."""
    differing = find_changed_fields(capabilities, read, present)
    if not differing:
        return
    yours: dict[str, Json] = {
        **change.values,
        **{f"native.{key}": value for key, value in change.native.items()},
    }
    raise ConflictError(
        f"{read.address} was changed by someone else ({', '.join(differing)}). Your change was not sent.",
        account=read.account,
        id=read.id,
        operation="update",
        details={
            "yours": yours,
            "theirs": {name: _field_value(present, name) for name in differing},
            "read": {name: _field_value(read, name) for name in differing},
        },
    )


def drop_unchanged(capabilities: Capabilities, present: Credential, change: Change) -> Change:
    """Return the change without the values that the record already has."""
    values = {
        name: value
        for name, value in change.values.items()
        if not _is_unchanged(capabilities, present, name, value)
    }
    native = {
        key: value
        for key, value in change.native.items()
        if key not in present.native or present.native[key] != value
    }
    return Change(values, change.password, native)


def _is_unchanged(capabilities: Capabilities, present: Credential, name: str, value: object) -> bool:
    capability = capabilities.for_field(name)
    if not capability.readable:
        return False
    if name == "security" and present.security_inferred and capability.access is Access.READ_WRITE:
        # An inferred mode is not stored yet; setting the same mode stores it.
        return False
    return bool(present.get(name) == value)


def _field_value(credential: Credential, name: str) -> Json:
    if name.startswith("native."):
        return credential.native.get(name.removeprefix("native."))
    value: Json = credential.get(name)
    return value
