"""What a person typed into field options, native options and --clear."""

from __future__ import annotations

import json
from collections.abc import Sequence

from smtptui.cli.framework.invocation import Invocation
from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError, UsageError
from smtptui.model.fields import FIELDS_BY_NAME, PLAIN_WRITABLE_FIELDS
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggest
from smtptui.model.values import parse_value

CLEARABLE = ("password", *(field.name for field in PLAIN_WRITABLE_FIELDS))


def parse_field_options(call: Invocation) -> dict[str, str]:
    """The fields that were given, by name. Raises InvalidFieldError for what no provider would take."""
    texts = {
        field.name: text
        for field in PLAIN_WRITABLE_FIELDS
        if (text := call.text(f"field_{field.name}")) is not None
    }
    for name, text in texts.items():
        if text != "":
            parse_value(FIELDS_BY_NAME[name], text)
    return texts


def password_reference(call: Invocation) -> str | None:
    """--password-from, if given. Raises UsageError for `inline:`: a command line is no place for a secret."""
    reference = call.text("password_from")
    if reference is not None and reference.strip().lower().startswith("inline:"):
        raise UsageError(
            "--password-from takes no password, only where it is.",
            hint="Everybody on this machine can read a command line: change that password. "
            "Use env:NAME, file:PATH, cmd:COMMAND, keyring:SERVICE/USER or prompt:.",
        )
    return reference


def parse_native_options(call: Invocation) -> dict[str, Json]:
    """--native KEY=JSON. Raises UsageError for what is not that."""
    values: dict[str, Json] = {}
    for text in call.words("native"):
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(
                f"--native {printable(text)!r} is not KEY=JSON.", hint="For example: --native percentage=40"
            )
        if key in values:
            raise UsageError(f"--native names {printable(key)!r} twice.", hint="Say it once.")
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
    """Names of fields to empty. Raises UsageError with the nearest name."""
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
