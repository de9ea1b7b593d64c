"""Check drafts and changes against a provider's capabilities before anything is sent.

Adapters call these checks first and add rules that capabilities cannot express; forms show the reasons beside fields.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.capability import Access, Capabilities, PasswordUpdate
from smtptui.model.change import Change, Clear, Draft, SecretText, Set, Value
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError, SecretMissingError, UnsupportedError, UsageError
from smtptui.model.fields import FIELDS_BY_NAME, PLAIN_WRITABLE_FIELDS, Field, FieldRole, infer_security
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggest
from smtptui.model.values import check_value, reject_control_characters

NOTHING_SENT = "Nothing was sent."

_LOGIN = ("username", "password")
"""Fields that an IP relay (auth none) does not need, even where the provider requires them."""


def admit_draft(capabilities: Capabilities, draft: Draft) -> Draft:
    """Return the draft with its values checked and its empty values left out.

    An empty or false value of a field the provider does not have is accepted: it asks for nothing.
    Raise UnsupportedError for a value the provider has no field for, InvalidFieldError for an invalid or missing
    value, SecretMissingError for a missing password.
    """
    values: dict[str, Value] = {}
    for name, value in draft.values.items():
        field = find_plain_field(name)
        absent = capabilities.for_field(name).access is Access.ABSENT
        if value is None or value == "" or (absent and value is False):
            continue
        values[name] = admit_value(capabilities, field, value, creating=True)
    for field in FIELDS_BY_NAME.values():
        if not is_required(capabilities, field, relay=values.get("auth") == "none"):
            continue
        if field.role is FieldRole.SECRET:
            if draft.password is None:
                raise SecretMissingError(
                    f"{capabilities.title} stores no credential without a password. {NOTHING_SENT}",
                    field=field.name,
                )
        elif field.name not in values:
            raise InvalidFieldError(
                f"{capabilities.title} needs {field.label} ({field.name}).",
                field=field.name,
                hint=f"Give it with {field.option}. {NOTHING_SENT}",
            )
    check_security_for_port(capabilities, values, _port(values.get("port")))
    _admit_native(capabilities, draft.native)
    if draft.password is not None:
        _admit_password(capabilities, draft.password, creating=True)
    return Draft(values, draft.password, draft.native)


def admit_change(capabilities: Capabilities, change: Change, current: Credential | None = None) -> Change:
    """Return the change with its values checked; None clears a field. Raise the errors of `admit_draft`.

    `current` supplies the port where the port decides the security mode.
    """
    values = {
        name: admit_value(capabilities, find_plain_field(name), value, creating=False)
        for name, value in change.values.items()
    }
    if "port" in values or current is not None:
        check_security_for_port(
            capabilities, values, _port(values.get("port", current.port if current else None))
        )
    _admit_native(capabilities, change.native)
    if isinstance(change.password, Clear) and PasswordUpdate.CLEAR not in capabilities.password_updates:
        raise UnsupportedError(
            f"{capabilities.title} has no way to remove a stored password.",
            field="password",
            hint=f"Set another one with --password-from, or delete the credential. {NOTHING_SENT}",
        )
    if isinstance(change.password, Set):
        _admit_password(capabilities, change.password.secret, creating=False)
    return Change(values, change.password, change.native)


def find_plain_field(name: str) -> Field:
    """Return the settable field of this name. Raise UsageError with the nearest name."""
    field = FIELDS_BY_NAME.get(name)
    if field is None or field not in PLAIN_WRITABLE_FIELDS:
        known = [item.name for item in PLAIN_WRITABLE_FIELDS]
        raise UsageError(
            f"There is no field {printable(name, 60)!r} to set.", field=name, hint=suggest(name, known)
        )
    return field


def is_required(capabilities: Capabilities, field: Field, *, relay: bool) -> bool:
    """Return whether a draft must contain this field; an IP relay needs no login."""
    return capabilities.for_field(field.name).required and not (relay and field.name in _LOGIN)


def refusal_reason(capabilities: Capabilities, field: Field, *, creating: bool) -> str:
    """Return why the provider does not accept a value for the field, as a sentence; empty when it does."""
    capability = capabilities.for_field(field.name)
    if capability.can_set_on_create if creating else capability.can_set_on_update:
        return ""
    if capability.access is Access.CREATE_ONLY:
        why = "is set when a credential is created and cannot be changed afterwards"
    elif capability.access is Access.READ_ONLY:
        why = "can be read, not written"
    else:
        why = "does not exist"
    return f"{field.label} ({field.name}) {why} at {capabilities.title}."


def admit_value(capabilities: Capabilities, field: Field, value: Value, *, creating: bool) -> Value:
    """Return one value checked against the field table and the provider's limits; "" becomes None.

    Raise UnsupportedError or InvalidFieldError.
    """
    capability = capabilities.for_field(field.name)
    require_settable(capabilities, field, creating=creating)
    if value is None or value == "":
        if not creating and not capability.clearable:
            raise InvalidFieldError(
                f"{capabilities.title} requires {field.label} ({field.name}).",
                field=field.name,
                hint=f"Give another value, or leave it out to keep what is stored. {NOTHING_SENT}",
            )
        return None
    value = check_value(field, value)
    if capability.choices is not None and value not in capability.choices:
        raise UnsupportedError(
            f"{capabilities.title} cannot hold {field.label} ({field.name}) {printable(value)!r}.",
            field=field.name,
            hint=f"Possible here: {', '.join(capability.choices)}. {NOTHING_SENT}",
        )
    limit = capability.max_length
    if limit is not None and isinstance(value, str) and len(value) > limit:
        raise InvalidFieldError(
            f"{field.label} ({field.name}) has {len(value)} characters; {capabilities.title} takes {limit}.",
            field=field.name,
            hint=f"Shorten it. {NOTHING_SENT}",
        )
    return value


def require_settable(capabilities: Capabilities, field: Field, *, creating: bool) -> None:
    """Raise UnsupportedError where the provider does not accept a value for the field."""
    reason = refusal_reason(capabilities, field, creating=creating)
    if reason:
        note = capabilities.for_field(field.name).note
        raise UnsupportedError(
            reason,
            field=field.name,
            hint=f"{note + ' ' if note else ''}`smtptui caps {capabilities.provider}` shows what it can hold. "
            + NOTHING_SENT,
        )


def check_security_for_port(
    capabilities: Capabilities, values: Mapping[str, Value], port: int | None
) -> None:
    """Raise InvalidFieldError for a security mode that contradicts the port, where the port decides it."""
    wanted = values.get("security")
    if wanted is None or capabilities.for_field("security").access is not Access.COERCED:
        return
    implied = infer_security(port)
    if wanted == implied:
        return
    means = f"port {port} means {implied}" if implied else f"port {port} implies no mode"
    raise InvalidFieldError(
        f"{capabilities.title} stores no security mode: {means}, so {wanted} cannot be stored.",
        field="security",
        hint=f"Use port 465 for tls, or 587, 2525 or 25 for starttls, or leave security out. {NOTHING_SENT}",
    )


def _admit_password(capabilities: Capabilities, secret: SecretText, *, creating: bool) -> None:
    """Refuse an empty password, control characters and excessive length.

    An empty password is refused because null and "" mean opposite things at different providers.
    """
    field = FIELDS_BY_NAME["password"]
    require_settable(capabilities, field, creating=creating)
    text = secret.reveal()
    if not text:
        can_clear = PasswordUpdate.CLEAR in capabilities.password_updates
        raise InvalidFieldError(
            "The password is empty, and an empty password is never sent.",
            field=field.name,
            hint=("Use --clear-password to remove the stored one. " if can_clear else "") + NOTHING_SENT,
        )
    reject_control_characters(field, text)
    limit = capabilities.for_field(field.name).max_length
    if limit is not None and len(text) > limit:
        raise InvalidFieldError(
            f"The password has {len(text)} characters; {capabilities.title} takes {limit}.",
            field=field.name,
            hint=f"Use a shorter one. {NOTHING_SENT}",
        )


def _admit_native(capabilities: Capabilities, native: Mapping[str, Json]) -> None:
    known = {item.name: item for item in capabilities.native}
    for name in native:
        if known[name].wanted if name in known else capabilities.any_native:
            continue
        why = "decides the native field {} itself" if name in known else "has no native field {}"
        wanted = [item.name for item in capabilities.native if item.wanted]
        raise UnsupportedError(
            f"{capabilities.title} {why.format(repr(printable(name, 60)))}.",
            field=f"native.{name}",
            hint=f"{suggest(name, wanted)} {NOTHING_SENT}",
        )


def _port(value: Value) -> int | None:
    return value if isinstance(value, int) else None
