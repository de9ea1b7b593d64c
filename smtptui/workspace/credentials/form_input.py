"""Parse form input into a draft or a change, by the field table and the provider's capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smtptui.model.admission import (
    admit_change,
    admit_draft,
    admit_value,
    find_plain_field,
    is_required,
    refusal_reason,
    require_settable,
)
from smtptui.model.capability import PASSWORD_FROM, Capabilities, FieldCapability
from smtptui.model.change import Change, Clear, Draft, Keep, PasswordChange, Value
from smtptui.model.errors import SmtptuiError, UsageError
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS, WRITABLE_FIELDS, Field
from smtptui.model.json_value import Json
from smtptui.model.values import parse_value
from smtptui.secrets.secret import Secret


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form. `reason` says why it is disabled."""

    field: Field
    capability: FieldCapability
    required: bool
    disabled: bool
    reason: str
    note: str


def form_fields(capabilities: Capabilities, *, creating: bool) -> tuple[FormField, ...]:
    """Return every writable field, in table order, password included."""
    return tuple(_describe_field(capabilities, field, creating=creating) for field in WRITABLE_FIELDS)


def parse_draft(
    capabilities: Capabilities,
    texts: Mapping[str, str],
    *,
    native: Mapping[str, Json] | None = None,
    password: Secret | None = None,
) -> Draft:
    """Parse form texts into a draft; an empty text is an empty field.

    Raises UsageError, UnsupportedError, InvalidFieldError or SecretMissingError for the first problem.
    """
    values = {name: _parse_value(capabilities, name, text, creating=True) for name, text in texts.items()}
    return admit_draft(capabilities, Draft(values, password, dict(native or {})))


def parse_change(
    capabilities: Capabilities,
    texts: Mapping[str, str],
    *,
    clear: Sequence[str] = (),
    native: Mapping[str, Json] | None = None,
    password: PasswordChange | None = None,
) -> Change:
    """Parse form texts into a change; an empty text or a name in `clear` clears the field.

    Raises UsageError, UnsupportedError or InvalidFieldError for the first problem.
    """
    values = {name: _parse_value(capabilities, name, text, creating=False) for name, text in texts.items()}
    password = Keep() if password is None else password
    for name in clear:
        if name == "password":
            password = Clear()
            continue
        if name in values:
            raise UsageError(f"{name} is both set and cleared.", hint="Use one of the two.")
        values[name] = _parse_value(capabilities, name, "", creating=False)
    return admit_change(capabilities, Change(values, password, dict(native or {})))


def place_password_reference(
    capabilities: Capabilities, native: Mapping[str, Json], reference: str | None, *, clear: bool = False
) -> tuple[dict[str, Json], str | None]:
    """Return the native fields, and the password reference to resolve.

    A provider at rest stores the reference itself as a native field, so there is none to resolve.
    """
    if not capabilities.at_rest:
        return dict(native), reference
    if clear:
        return {**native, PASSWORD_FROM: None}, None
    return ({**native, PASSWORD_FROM: reference} if reference is not None else dict(native)), None


def find_input_problems(
    capabilities: Capabilities, texts: Mapping[str, str], *, creating: bool
) -> dict[str, str]:
    """Return every problem of the form input, field -> reason."""
    problems: dict[str, str] = {}
    for name, text in texts.items():
        try:
            _parse_value(capabilities, name, text, creating=creating)
        except SmtptuiError as problem:
            problems[name] = problem.message
    if creating:
        relay = texts.get("auth") == "none"
        for field in PLAIN_WRITABLE_FIELDS:
            if is_required(capabilities, field, relay=relay) and not texts.get(field.name):
                problems.setdefault(field.name, f"Required by {capabilities.title}.")
    return problems


def _describe_field(capabilities: Capabilities, field: Field, *, creating: bool) -> FormField:
    capability = capabilities.for_field(field.name)
    reason = refusal_reason(capabilities, field, creating=creating)
    needed = creating and is_required(capabilities, field, relay=False)
    return FormField(field, capability, needed, bool(reason), reason, capability.note)


def _parse_value(capabilities: Capabilities, name: str, text: str, *, creating: bool) -> Value:
    field = find_plain_field(name)
    require_settable(capabilities, field, creating=creating)
    value = parse_value(field, text) if text else None
    return admit_value(capabilities, field, value, creating=creating)
