"""What a target should hold of a source credential, and what it cannot hold.

An empty source field asks for nothing, and neither does a field whose value the source decides itself, except the
security mode. Computed fields are never copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtptui.model.capability import PASSWORD_FROM, Access, Capabilities
from smtptui.model.change import Draft, SecretText, Value
from smtptui.model.credential import Credential
from smtptui.model.errors import InvalidFieldError
from smtptui.model.fields import FIELDS_BY_NAME, PLAIN_WRITABLE_FIELDS, WRITABLE_FIELDS, infer_security
from smtptui.model.json_value import Json
from smtptui.model.values import check_value
from smtptui.sync.native import NATIVE_PREFIX, accepts_native, collect_native
from smtptui.sync.plan import Loss

IMPLIED_VALUES: Mapping[str, Value] = {"default": False, "active": True, "auth": "password"}
"""The values that a provider without the field implies: to leave them out is no loss."""

LEFT_OUT = "left out"

_FALLBACKS: Mapping[tuple[str, Value], str] = {("active", False): "stored as active"}


@dataclass(frozen=True, slots=True)
class DesiredCredential:
    """Values by field name, native values by key, and the losses. Holds no password."""

    values: Mapping[str, Value]
    native: Mapping[str, Json]
    losses: tuple[Loss, ...]

    def draft(self, password: SecretText | None) -> Draft:
        return Draft(dict(self.values), password, dict(self.native))


def derive_desired(
    source: Capabilities, target: Capabilities, record: Credential, *, reference: str | None = None
) -> DesiredCredential:
    """Return what `target` should hold of a record of `source`.

    `reference` points to the record's password; a target `at_rest` stores it in place of the password.
    """
    values: dict[str, Value] = {}
    losses: list[Loss] = []
    for field in PLAIN_WRITABLE_FIELDS:
        name, value = field.name, _requested_value(source, record, field.name)
        if value is None:
            continue
        access = target.for_field(name).access
        if access is Access.COERCED:
            loss = _check_coercion(target, name, value, record)
            if isinstance(loss, Loss):
                losses.append(loss)
            elif loss:
                values[name] = value
        elif target.for_field(name).can_set_on_create:
            values[name] = value
        elif value != IMPLIED_VALUES.get(name) and not _repeats_username(name, value, record):
            fallback = _FALLBACKS.get((name, value)) or target.for_field(name).note or LEFT_OUT
            losses.append(Loss(name, fallback, value))
    if target.for_field("from_email").required and "from_email" not in values:
        sender = _username_as_address(record.username)
        if sender is not None:
            # Not guessed in silence: it is written only once the user accepts the loss by name.
            values["from_email"] = sender
            losses.append(
                Loss("from_email", f"unknown at {source.title}: the username {sender} is used", None)
            )
    if record.auth == "none" and "auth" not in values:
        # A relay is never stored as anything else: the target refuses it with its own reason.
        values["auth"] = "none"
    native: dict[str, Json] = {}
    for key, item in collect_native(source, record).items():
        if accepts_native(target, key):
            native[key] = item
        else:
            losses.append(Loss(NATIVE_PREFIX + key, LEFT_OUT, item))
    if target.at_rest and reference is not None:
        native[PASSWORD_FROM] = reference
    return DesiredCredential(values, native, tuple(losses))


def find_losses(source: Capabilities, target: Capabilities) -> tuple[Loss, ...]:
    """Return what any credential of `source` may lose at `target`, from the capability tables alone."""
    lost = []
    for field in WRITABLE_FIELDS:
        has = source.for_field(field.name)
        takes = target.for_field(field.name)
        if has.access is Access.ABSENT:
            continue
        if takes.access is Access.COERCED:
            lost.append(Loss(field.name, takes.note or "stored as something else"))
        elif not takes.can_set_on_create:
            lost.append(Loss(field.name, takes.note or LEFT_OUT))
    lost += [
        Loss(f"native.{item.name}", LEFT_OUT)
        for item in source.native
        if item.wanted and item.name != PASSWORD_FROM and not accepts_native(target, item.name)
    ]
    return tuple(lost)


def _requested_value(source: Capabilities, record: Credential, name: str) -> Value:
    """Return the value that the source asks for, None for nothing."""
    access = source.for_field(name).access
    value: Value = record.get(name)
    if access is Access.ABSENT or value is None or value == "":
        return None
    if access is Access.COERCED and name != "security":
        return None
    if name == "default" and value is False:
        # Only True is a request; False leaves the target's present default alone.
        return None
    return value


def _check_coercion(target: Capabilities, name: str, value: Value, record: Credential) -> Loss | bool:
    """Judge a field that the target decides itself: its loss, or whether to send it so that the target refuses it."""
    if name == "security":
        implied = infer_security(record.port)
        if value == implied:
            return False
        mode = implied or "no security mode"
        return Loss(name, f"inferred from the port: {target.title} uses {mode} on port {record.port}", value)
    choices = target.for_field(name).choices
    return choices is not None and value not in choices


def _username_as_address(username: str | None) -> str | None:
    """Return the username where it is a mail address, else None."""
    if username is None:
        return None
    try:
        return str(check_value(FIELDS_BY_NAME["from_email"], username))
    except InvalidFieldError:
        return None


def _repeats_username(name: str, value: Value, record: Credential) -> bool:
    """Whether a name only repeats the username."""
    return name == "name" and value == record.username
