"""From what a person typed to a draft or a change, by the field table and the provider's capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smtptui.model.capability import Access, Capabilities, FieldCapability, PasswordUpdate
from smtptui.model.change import Change, Clear, Draft, Keep, PasswordChange, Set, Value
from smtptui.model.errors import InvalidFieldError, SmtptuiError, UnsupportedError, UsageError
from smtptui.model.fields import BY_NAME, PLAIN_WRITABLE, WRITABLE, Field, Kind, Role
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggestion
from smtptui.model.values import parsed
from smtptui.secrets.secret import Secret


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as a form shows it: whether it takes a value here, and if not why."""

    field: Field
    capability: FieldCapability
    required: bool
    disabled: bool
    reason: str
    note: str


def form_fields(capabilities: Capabilities, *, creating: bool) -> tuple[FormField, ...]:
    """Every writable field of the table, in its order, password included."""
    return tuple(_form_field(capabilities, field, creating=creating) for field in WRITABLE)


def draft_from(
    capabilities: Capabilities,
    texts: Mapping[str, str],
    *,
    native: Mapping[str, Json] | None = None,
    password: Secret | None = None,
) -> Draft:
    """A draft of what was typed; an empty text is an empty field.

    Raises InvalidFieldError, UnsupportedError, UsageError for the first thing that is wrong.
    """
    values = {name: _value(capabilities, name, text, creating=True) for name, text in texts.items()}
    relay = values.get("auth") == "none"
    for field in WRITABLE:
        if not _required(capabilities, field, relay=relay):
            continue
        given = bool(password) if field.role is Role.SECRET else values.get(field.name) is not None
        if not given:
            raise InvalidFieldError(
                f"{capabilities.title} needs a {field.label.lower()} ({field.name}).",
                field=field.name,
                hint=_how_to_give(field) + " Nothing was sent.",
            )
    if password is not None:
        _refuse_unless(capabilities, BY_NAME["password"], creating=True)
    return Draft(
        {name: value for name, value in values.items() if value is not None},
        password,
        _native(capabilities, native or {}),
    )


def change_from(
    capabilities: Capabilities,
    texts: Mapping[str, str],
    *,
    clear: Sequence[str] = (),
    native: Mapping[str, Json] | None = None,
    password: PasswordChange | None = None,
) -> Change:
    """A change of what was typed; an empty text and a name in `clear` empty the field.

    Raises InvalidFieldError, UnsupportedError, UsageError for the first thing that is wrong.
    """
    values = {name: _value(capabilities, name, text, creating=False) for name, text in texts.items()}
    password = Keep() if password is None else password
    for name in clear:
        if name == "password":
            password = Clear()
            continue
        if name in values:
            raise UsageError(f"{name} is both set and cleared.", hint="Say one of the two.")
        values[name] = _value(capabilities, name, "", creating=False)
    if isinstance(password, Clear) and PasswordUpdate.CLEAR not in capabilities.password_updates:
        raise UnsupportedError(
            f"{capabilities.title} cannot remove a stored password.",
            field="password",
            hint="Store another one with --password-from, or delete the credential.",
        )
    if isinstance(password, Set):
        _refuse_unless(capabilities, BY_NAME["password"], creating=False)
    return Change(values, password, _native(capabilities, native or {}))


def problems(capabilities: Capabilities, texts: Mapping[str, str], *, creating: bool) -> dict[str, str]:
    """Everything that is wrong with what was typed, field -> reason; for a form that shows it beside the field."""
    found: dict[str, str] = {}
    for name, text in texts.items():
        try:
            _value(capabilities, name, text, creating=creating)
        except SmtptuiError as problem:
            found[name] = problem.message
    if creating:
        relay = texts.get("auth") == "none"
        for field in PLAIN_WRITABLE:
            if _required(capabilities, field, relay=relay) and not texts.get(field.name):
                found.setdefault(field.name, f"{capabilities.title} needs it.")
    return found


def _form_field(capabilities: Capabilities, field: Field, *, creating: bool) -> FormField:
    capability = capabilities.of(field.name)
    reason = _refusal(capabilities, field, creating=creating)
    required = creating and _required(capabilities, field, relay=False)
    return FormField(field, capability, required, bool(reason), reason, capability.note)


def _required(capabilities: Capabilities, field: Field, *, relay: bool) -> bool:
    # A relay by address has no login to give (auth none).
    if relay and field.name in ("username", "password"):
        return False
    return capabilities.of(field.name).required


def _refusal(capabilities: Capabilities, field: Field, *, creating: bool) -> str:
    """Why the provider takes no value for this field here; empty when it does."""
    capability = capabilities.of(field.name)
    if capability.on_create if creating else capability.on_update:
        return ""
    if capability.access is Access.CREATE_ONLY:
        why = "is set when a credential is created and cannot be changed afterwards"
    elif capability.access is Access.READ_ONLY:
        why = "can be read, not written"
    else:
        why = "does not exist"
    note = f" ({capability.note})" if capability.note else ""
    return f"{field.label} {why} at {capabilities.title}{note}."


def _refuse_unless(capabilities: Capabilities, field: Field, *, creating: bool) -> None:
    reason = _refusal(capabilities, field, creating=creating)
    if reason:
        raise UnsupportedError(
            f"{reason} ({field.name})",
            field=field.name,
            hint=f"`smtptui caps {capabilities.provider}` shows what it can hold. Nothing was sent.",
        )


def _value(capabilities: Capabilities, name: str, text: str, *, creating: bool) -> Value:
    field = _field(name)
    _refuse_unless(capabilities, field, creating=creating)
    capability = capabilities.of(name)
    if text == "":
        if not creating and not capability.clearable:
            raise InvalidFieldError(
                f"{field.label} ({name}) cannot be empty at {capabilities.title}.",
                field=name,
                hint="Give it another value. Nothing was sent.",
            )
        return None
    value = parsed(field, text)
    if capability.choices is not None and str(value) not in capability.choices:
        raise InvalidFieldError(
            f"{field.label} ({name}) cannot be {value} at {capabilities.title}.",
            field=name,
            hint=f"Possible: {', '.join(capability.choices)}. Nothing was sent.",
        )
    if (
        capability.max_length is not None
        and field.kind is not Kind.PORT
        and len(str(value)) > capability.max_length
    ):
        raise InvalidFieldError(
            f"{field.label} ({name}) has {len(str(value))} characters; "
            f"{capabilities.title} takes {capability.max_length}.",
            field=name,
            hint="Shorten it. Nothing was sent.",
        )
    return value


def _field(name: str) -> Field:
    field = BY_NAME.get(name)
    known = [item.name for item in PLAIN_WRITABLE]
    if field is None or name not in known:
        raise UsageError(f"There is no field {name!r} to set.", field=name, hint=suggestion(name, known))
    return field


def _native(capabilities: Capabilities, native: Mapping[str, Json]) -> Mapping[str, Json]:
    wanted = [item.name for item in capabilities.native if item.wanted]
    for key in native:
        if key not in wanted:
            raise UnsupportedError(
                f"{capabilities.title} has no native field {key!r} that can be set.",
                field=f"native.{key}",
                hint=suggestion(key, wanted),
            )
    return dict(native)


def _how_to_give(field: Field) -> str:
    if field.role is Role.SECRET:
        return "Say where it is with --password-from."
    return f"Give it with {field.option}."
