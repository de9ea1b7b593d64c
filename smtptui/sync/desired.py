"""What is wanted of a source credential at a target, and what the target cannot hold of it.

Wanted is what the source says: an empty field asks for nothing, and neither does one that the source decides
itself, but for the security mode. What a provider computes is never wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smtptui.model.capability import PASSWORD_FROM, Access, Capabilities
from smtptui.model.change import Draft, SecretText, Value
from smtptui.model.credential import Credential
from smtptui.model.errors import InvalidFieldError
from smtptui.model.fields import FIELDS_BY_NAME, PLAIN_WRITABLE_FIELDS, infer_security
from smtptui.model.json_value import Json
from smtptui.model.values import check_value
from smtptui.sync.losses import LEFT_OUT
from smtptui.sync.native import NATIVE_PREFIX, accepts_native, collect_native
from smtptui.sync.plan import Loss

IMPLIED_VALUES: Mapping[str, Value] = {"default": False, "active": True, "auth": "password"}
"""What is so where a provider has no such field: to lose it changes nothing."""

_FALLBACKS: Mapping[tuple[str, Value], str] = {("active", False): "stored as active"}


@dataclass(frozen=True, slots=True)
class DesiredCredential:
    """Values by field name, native values by key, and the losses. None of it is a password."""

    values: Mapping[str, Value]
    native: Mapping[str, Json]
    losses: tuple[Loss, ...]

    def draft(self, password: SecretText | None) -> Draft:
        return Draft(dict(self.values), password, dict(self.native))


def derive_desired(
    source: Capabilities, target: Capabilities, record: Credential, *, reference: str | None = None
) -> DesiredCredential:
    """What `target` is to hold of a record of `source`.

    `reference` leads to the record's password; a target `at_rest` keeps it in the password's place.
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
            # Nothing is guessed in silence: it is written only when the field is accepted by name.
            values["from_email"] = sender
            losses.append(Loss("from_email", f"not known at {source.title}: {sender}, the username", None))
    if record.auth == "none" and "auth" not in values:
        # A relay is never stored as anything else: the target says so itself.
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


def _requested_value(source: Capabilities, record: Credential, name: str) -> Value:
    """What the source asks for; None for nothing."""
    access = source.for_field(name).access
    value: Value = record.get(name)
    if access is Access.ABSENT or value is None or value == "":
        return None
    if access is Access.COERCED and name != "security":
        return None
    if name == "default" and value is False:
        # To be the default is asked for; not to be it leaves the place to whoever has it.
        return None
    return value


def _check_coercion(target: Capabilities, name: str, value: Value, record: Credential) -> Loss | bool:
    """A field that the target decides itself: a loss, or whether to ask for it so that the target refuses it."""
    if name == "security":
        implied = infer_security(record.port)
        if value == implied:
            return False
        means = f"stands for {implied}" if implied else "stands for no mode"
        return Loss(name, f"left to the port: at {target.title} {record.port} {means}", value)
    choices = target.for_field(name).choices
    return choices is not None and value not in choices


def _username_as_address(username: str | None) -> str | None:
    """A username that is a mail address, as most are; None for any other."""
    if username is None:
        return None
    try:
        return str(check_value(FIELDS_BY_NAME["from_email"], username))
    except InvalidFieldError:
        return None


def _repeats_username(name: str, value: Value, record: Credential) -> bool:
    """A name that is only the username over again is no name."""
    return name == "name" and value == record.username
