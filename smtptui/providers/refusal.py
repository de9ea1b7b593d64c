"""Refusing, before anything is sent, what a provider's capabilities already rule out.

Adapters call these first and add the rules that no table can hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.capability import Access, Capabilities, FieldCapability, Operation
from smtptui.model.change import Change, Clear, Draft, Set, Value
from smtptui.model.errors import InvalidFieldError, SecretMissingError, UnsupportedError
from smtptui.model.fields import BY_NAME, PLAIN_WRITABLE, Field
from smtptui.model.json_value import Json
from smtptui.model.values import checked, refuse_control_characters

NOTHING_SENT = "Nothing was sent."
_PLAIN = frozenset(field.name for field in PLAIN_WRITABLE)


def refuse_draft(capabilities: Capabilities, draft: Draft) -> None:
    """Check a whole record. Raises UnsupportedError, InvalidFieldError or SecretMissingError.

    A field that the provider does not have may be there when it is empty or false: that asks for nothing.
    """
    for name, value in draft.values.items():
        if value in (None, "", False) and capabilities.of(name).access is Access.ABSENT and name in _PLAIN:
            continue
        field, capability = _writable(capabilities, name, on_update=False)
        if value is None or value == "":
            continue
        _value(capabilities, field, capability, value)
    for name, capability in capabilities.fields.items():
        if capability.required and name != "password" and draft.get(name) in (None, ""):
            raise InvalidFieldError(
                f"{capabilities.title} stores no credential without {BY_NAME[name].label} ({name}). {NOTHING_SENT}",
                field=name,
                hint=f"Give it with {BY_NAME[name].option}.",
            )
    _native(capabilities, draft.native)
    if draft.password is not None:
        _password(capabilities, draft.password.reveal())
    elif capabilities.of("password").required:
        raise SecretMissingError(
            f"{capabilities.title} stores no credential without a password. {NOTHING_SENT}", field="password"
        )


def refuse_change(capabilities: Capabilities, change: Change) -> None:
    """Check a partial edit. Raises UnsupportedError or InvalidFieldError."""
    for name, value in change.values.items():
        field, capability = _writable(capabilities, name, on_update=True)
        if value is not None and value != "":
            _value(capabilities, field, capability, value)
        elif not capability.clearable:
            raise InvalidFieldError(
                f"{field.label} ({name}) cannot be emptied at {capabilities.title}. {NOTHING_SENT}",
                field=name,
                hint="Leave it out to keep what is stored.",
            )
    _native(capabilities, change.native)
    if isinstance(change.password, Set):
        _password(capabilities, change.password.secret.reveal())
    elif isinstance(change.password, Clear) and "clear" not in capabilities.password_updates:
        raise UnsupportedError(
            f"{capabilities.title} cannot remove a stored password. {NOTHING_SENT}",
            field="password",
            operation=Operation.UPDATE,
            hint="Set another one with --password-from, or delete the record.",
        )


def _writable(capabilities: Capabilities, name: str, *, on_update: bool) -> tuple[Field, FieldCapability]:
    capability = capabilities.of(name)
    allowed = capability.on_update if on_update else capability.on_create
    if name in _PLAIN and allowed:
        return BY_NAME[name], capability
    label = f"{BY_NAME[name].label} ({name})" if name in _PLAIN else f"the field {name}"
    manner = "has no" if capability.access is Access.ABSENT else f"holds as {capability.access}"
    raise UnsupportedError(
        f"{capabilities.title} {manner} {label}. {NOTHING_SENT}",
        field=name,
        hint=f"`smtptui caps {capabilities.provider}` shows every field and what can be done with it.",
    )


def _value(capabilities: Capabilities, field: Field, capability: FieldCapability, value: Value) -> None:
    checked(field, value)
    if capability.max_length is not None and len(str(value)) > capability.max_length:
        raise InvalidFieldError(
            f"{field.label} ({field.name}) has {len(str(value))} characters; "
            f"{capabilities.title} takes {capability.max_length}. {NOTHING_SENT}",
            field=field.name,
            hint="Shorten it.",
        )
    if capability.choices is not None and value not in capability.choices:
        raise UnsupportedError(
            f"{capabilities.title} cannot hold {field.label} ({field.name}) {value!r}: "
            f"{capability.note or 'it has no such choice'}. {NOTHING_SENT}",
            field=field.name,
            hint=f"Possible here: {', '.join(capability.choices)}.",
        )


def _native(capabilities: Capabilities, native: Mapping[str, Json]) -> None:
    known = {item.name: item for item in capabilities.native}
    for name in native:
        if name not in known:
            raise UnsupportedError(
                f"{capabilities.title} has no native field {name!r}. {NOTHING_SENT}",
                field=f"native.{name}",
                hint=f"Known: {', '.join(item.name for item in capabilities.native if item.wanted) or 'none'}.",
            )
        if not known[name].wanted:
            raise UnsupportedError(
                f"{capabilities.title} decides the native field {name!r} itself. {NOTHING_SENT}",
                field=f"native.{name}",
                hint="Leave it out.",
            )


def _password(capabilities: Capabilities, text: str) -> None:
    field = BY_NAME["password"]
    if not text:
        raise InvalidFieldError(
            f"An empty password cannot be stored at {capabilities.title}. {NOTHING_SENT}",
            field="password",
            hint="Name where the password is with --password-from.",
        )
    refuse_control_characters(field, text)
    limit = capabilities.of("password").max_length
    if limit is not None and len(text) > limit:
        raise InvalidFieldError(
            f"The password has {len(text)} characters; {capabilities.title} takes {limit}. {NOTHING_SENT}",
            field="password",
            hint="Use a shorter one.",
        )
