"""The options that name fields: their declarations, and the parsing of their values."""

from __future__ import annotations

import json
from collections.abc import Sequence

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import Option
from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError, UsageError
from smtptui.model.fields import FIELDS_BY_NAME, PLAIN_WRITABLE_FIELDS, FieldKind
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggest
from smtptui.model.values import parse_value

CLEARABLE = ("password", *(field.name for field in PLAIN_WRITABLE_FIELDS))

FIELD_OPTIONS: tuple[Option, ...] = tuple(
    Option(
        f"field_{field.name}",
        field.option,
        field.help,
        "true|false" if field.kind is FieldKind.BOOLEAN else field.name.rpartition("_")[2].upper(),
        choices=("true", "false") if field.kind is FieldKind.BOOLEAN else field.choices,
    )
    for field in PLAIN_WRITABLE_FIELDS
)
NATIVE = Option(
    "native", "--native", "A field that only this provider has; repeatable.", "KEY=JSON", multiple=True
)


def parse_field_options(invocation: Invocation) -> dict[str, str]:
    """Return the given field values by field name. Raise InvalidFieldError for a value no provider would accept."""
    texts = {
        field.name: text
        for field in PLAIN_WRITABLE_FIELDS
        if (text := invocation.text(f"field_{field.name}")) is not None
    }
    for name, text in texts.items():
        if text != "":
            parse_value(FIELDS_BY_NAME[name], text)
    return texts


def password_reference(invocation: Invocation) -> str | None:
    """Return the value of --password-from. Raise UsageError for `inline:`: command lines are visible to others."""
    reference = invocation.text("password_from")
    if reference is not None and reference.strip().lower().startswith("inline:"):
        raise UsageError(
            "--password-from takes a reference to the password, not the password itself.",
            hint="Other users of this machine can read a command line: change that password. "
            "Use env:NAME, file:PATH, cmd:COMMAND, keyring:SERVICE/USER or prompt:.",
        )
    return reference


def parse_native_options(invocation: Invocation) -> dict[str, Json]:
    """Return the values of --native by key. Raise UsageError for anything but KEY=JSON."""
    values: dict[str, Json] = {}
    for text in invocation.words("native"):
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(
                f"--native {printable(text)!r} is not KEY=JSON.", hint="For example: --native percentage=40"
            )
        if key in values:
            raise UsageError(f"--native names {printable(key)!r} twice.", hint="Use each key once.")
        try:
            values[key] = json.loads(value, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise InvalidFieldError(
                f"The value of --native {printable(key)} is not JSON.",
                field=f"native.{key}",
                hint=f"Quote a text: --native '{printable(key)}=\"text\"'. Nothing was sent.",
            ) from None
    return values


def _refuse_constant(word: str) -> Json:
    raise ValueError(f"{word} is not JSON")


def parse_cleared_fields(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the fields to empty. Raise UsageError that suggests the nearest name."""
    names = []
    for text in texts:
        name = text.replace("-", "_")
        if name not in CLEARABLE:
            raise UsageError(
                f"There is no field {printable(text)!r} to clear.",
                field=text,
                hint=suggest(name, CLEARABLE),
            )
        names.append(name)
    return tuple(dict.fromkeys(names))
