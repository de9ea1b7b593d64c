"""What a provider's capabilities let in, decided from the table before anything is sent.

An adapter calls these first, then adds the rules that no table can say.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.capability import Access, Capabilities, FieldCapability, PasswordUpdate
from smtptui.model.change import Change, Clear, Draft, SecretText, Set, Value
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError, UnsupportedError
from smtptui.model.fields import BY_NAME, Field, Role
from smtptui.model.json_value import Json
from smtptui.model.security import inferred_security
from smtptui.model.values import checked, refuse_control_characters

_NOTHING = "Nothing was sent."


def admitted_draft(capabilities: Capabilities, draft: Draft) -> Draft:
    """The draft with its values checked and its empty ones left out.

    Raises UnsupportedError for a value the provider has no field for, InvalidFieldError for one it would
    refuse or for a required one that is missing. Whether a password is needed is the adapter's to say.
    """
    values: dict[str, Value] = {}
    for name, value in draft.values.items():
        if value is None or value == "":
            continue
        spec = _field(name)
        field = capabilities.of(name)
        if not field.on_create:
            raise _absent(capabilities, spec, field)
        values[name] = _admitted(capabilities, spec, field, value)
    for name, field in capabilities.fields.items():
        if field.required and name not in values and BY_NAME[name].role is not Role.SECRET:
            raise InvalidFieldError(
                f"{capabilities.title} needs {BY_NAME[name].label} ({name}).",
                field=name,
                hint=f"Give it with {BY_NAME[name].option}. {_NOTHING}",
            )
    refuse_security_against_port(capabilities, values, _port(values.get("port")))
    _admit_native(capabilities, draft.native)
    if draft.password is not None:
        admit_password(capabilities, draft.password)
    return Draft(values, draft.password, draft.native)


def admitted_change(capabilities: Capabilities, change: Change, current: Credential) -> Change:
    """The change with its values checked; None clears. Raises as `admitted_draft` does."""
    values: dict[str, Value] = {}
    for name, value in change.values.items():
        spec = _field(name)
        field = capabilities.of(name)
        if not field.on_update:
            raise _absent(capabilities, spec, field)
        if value is None or value == "":
            if not field.clearable:
                raise _not_clearable(capabilities, spec, field)
            values[name] = None
        else:
            values[name] = _admitted(capabilities, spec, field, value)
    refuse_security_against_port(capabilities, values, _port(values.get("port", current.port)))
    _admit_native(capabilities, change.native)
    if isinstance(change.password, Clear) and PasswordUpdate.CLEAR not in capabilities.password_updates:
        raise UnsupportedError(
            f"{capabilities.title} has no way to remove a stored password.",
            field="password",
            hint=f"Set another one, or delete the credential. {_NOTHING}",
        )
    if isinstance(change.password, Set):
        admit_password(capabilities, change.password.secret)
    return Change(values, change.password, change.native)


def admit_password(capabilities: Capabilities, secret: SecretText) -> None:
    """Refuse an empty password (null and "" mean opposite things per provider) and one no server could take."""
    if not secret.reveal():
        can_clear = PasswordUpdate.CLEAR in capabilities.password_updates
        raise InvalidFieldError(
            "The password is empty, and an empty password is never sent.",
            field="password",
            hint=("Use --clear-password to remove the stored one. " if can_clear else "") + _NOTHING,
        )
    refuse_control_characters(BY_NAME["password"], secret.reveal())


def refuse_security_against_port(
    capabilities: Capabilities, values: Mapping[str, Value], port: int | None
) -> None:
    """Where the port decides the mode, a wish for another mode cannot be kept. Raises InvalidFieldError."""
    wanted = values.get("security")
    if wanted is None or capabilities.of("security").access is not Access.COERCED:
        return
    implied = inferred_security(port)
    if wanted == implied:
        return
    means = f"port {port} means {implied}" if implied else f"port {port} stands for no mode"
    raise InvalidFieldError(
        f"{capabilities.title} stores no security mode: {means}, so {wanted} cannot be kept.",
        field="security",
        hint=f"Use port 465 for tls, or 587, 2525 or 25 for starttls, or leave security out. {_NOTHING}",
    )


def _field(name: str) -> Field:
    spec = BY_NAME.get(name)
    if spec is None or not spec.writable:
        raise InvalidFieldError(
            f"{printable(name)!r} is no field that can be set.", field=name, hint=_NOTHING
        )
    return spec


def _admitted(capabilities: Capabilities, spec: Field, field: FieldCapability, value: Value) -> Value:
    value = checked(spec, value)
    if field.choices is not None and value not in field.choices:
        raise UnsupportedError(
            f"{capabilities.title} cannot hold {spec.label} {printable(value)!r}, "
            f"only {', '.join(field.choices)}.",
            field=spec.name,
            hint=_NOTHING,
        )
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        raise InvalidFieldError(
            f"{spec.label} ({spec.name}) has {len(value)} characters; {capabilities.title} allows "
            f"{field.max_length}.",
            field=spec.name,
            hint=_NOTHING,
        )
    return value


def _absent(capabilities: Capabilities, spec: Field, field: FieldCapability) -> UnsupportedError:
    if field.access is Access.CREATE_ONLY:
        reason = f"{capabilities.title} sets {spec.label} ({spec.name}) only when a credential is created."
        return UnsupportedError(reason, field=spec.name, hint=f"{field.note} {_NOTHING}".strip())
    return UnsupportedError(
        f"{capabilities.title} has no {spec.label} ({spec.name}) that can be set.",
        field=spec.name,
        hint=f"`smtptui caps {capabilities.provider}` shows its fields. {_NOTHING}",
    )


def _not_clearable(
    capabilities: Capabilities, spec: Field, field: FieldCapability
) -> InvalidFieldError | UnsupportedError:
    words = f"{capabilities.title} cannot be without {spec.label} ({spec.name})."
    kind = InvalidFieldError if field.required else UnsupportedError
    return kind(words, field=spec.name, hint=f"Give another value instead. {_NOTHING}")


def _admit_native(capabilities: Capabilities, native: Mapping[str, Json]) -> None:
    wanted = {item.name for item in capabilities.native if item.wanted}
    for name in native:
        if name not in wanted:
            raise UnsupportedError(
                f"{capabilities.title} has no native field {printable(name)!r} that can be set.",
                field=f"native.{name}",
                hint=_NOTHING,
            )


def _port(value: Value) -> int | None:
    return value if isinstance(value, int) else None
