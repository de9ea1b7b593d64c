"""What a person typed into field options, native options and --clear."""

from __future__ import annotations

import json
from collections.abc import Sequence

from smtptui.cli.framework.invocation import Call
from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError, UsageError
from smtptui.model.fields import BY_NAME, PLAIN_WRITABLE
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggestion
from smtptui.model.values import parsed

CLEARABLE = ("password", *(field.name for field in PLAIN_WRITABLE))


def field_texts(call: Call) -> dict[str, str]:
    """The fields that were given, by name. Raises InvalidFieldError for what no provider would take."""
    texts = {
        field.name: text for field in PLAIN_WRITABLE if (text := call.text(f"field_{field.name}")) is not None
    }
    for name, text in texts.items():
        if text != "":
            parsed(BY_NAME[name], text)
    return texts


def password_reference(call: Call) -> str | None:
    """--password-from, if given. Raises UsageError for `inline:`: a command line is no place for a secret."""
    reference = call.text("password_from")
    if reference is not None and reference.strip().lower().startswith("inline:"):
        raise UsageError(
            "--password-from takes no password, only where it is.",
            hint="Everybody on this machine can read a command line: change that password. "
            "Use env:NAME, file:PATH, cmd:COMMAND, keyring:SERVICE/USER or prompt:.",
        )
    return reference


def native_values(call: Call) -> dict[str, Json]:
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
            values[key] = json.loads(value, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise InvalidFieldError(
                f"The value of --native {printable(key)} is not JSON.",
                field=f"native.{key}",
                hint=f"Quote a text: --native '{printable(key)}=\"text\"'. Nothing was sent.",
            ) from None
    return values


def _no_number(word: str) -> Json:
    raise ValueError(f"{word} is not JSON")


def cleared(texts: Sequence[str]) -> tuple[str, ...]:
    """Names of fields to empty. Raises UsageError with the nearest name."""
    names = []
    for text in texts:
        name = text.replace("-", "_")
        if name not in CLEARABLE:
            raise UsageError(
                f"There is no field {printable(text)!r} to clear.",
                field=text,
                hint=suggestion(name, CLEARABLE),
            )
        names.append(name)
    return tuple(dict.fromkeys(names))
