"""A whole file: TOML to records and back. All problems of a file are reported together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile, parse_config_file
from smtptui.config.paths import resolve_path
from smtptui.model.capability import PASSWORD_FROM
from smtptui.model.change import Value
from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError, UsageError
from smtptui.model.fields import FIELDS_BY_NAME, PLAIN_WRITABLE_FIELDS, Field, FieldKind
from smtptui.model.json_value import Json
from smtptui.model.nearest import suggest
from smtptui.providers.file.record import Record, derive_id, find_id_problem
from smtptui.providers.file.values import from_toml
from smtptui.secrets.reference import REFERENCE_FORMS, Reference, Scheme, parse_reference

SCHEMA = 1

HEADER = """\
# SMTP credentials, read and written by smtptui. No password is in here: password_from says where it is.
# Edit it as you like; comments are lost when smtptui writes the file.
"""

_TOP_KEYS = ("schema", "credentials")
_RECORD_KEYS = ("id", *(spec.name for spec in PLAIN_WRITABLE_FIELDS), PASSWORD_FROM, "native")


@dataclass(frozen=True)
class FileContents:
    """The parsed contents of a file. `mode` is None and `data` empty where there is no file."""

    records: Sequence[Record] = ()
    data: bytes = b""
    mode: int | None = None


def serialize(records: Iterable[Record]) -> bytes:
    """Serialize records to the bytes of a file."""
    parts = [HEADER, f"schema = {SCHEMA}\n", *(record.toml for record in records)]
    return "\n".join(parts).encode()


def parse(path: Path, mode: int, data: bytes) -> FileContents:
    """Parse the bytes of a file. Raises ConfigurationError with every problem in `details`."""
    problems = Problems()
    source = parse_config_file(path, mode, data, problems)
    if source is None:
        raise unusable_file_error(path, problems)
    table = source.table
    _check_schema(table.get("schema"), source, problems)
    for key in table:
        if key not in _TOP_KEYS:
            problems.add(path, (key,), "is not a known key", suggest(key, _TOP_KEYS))
    raw = table.get("credentials", [])
    if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
        problems.add(path, ("credentials",), "must be an array of tables", "Write [[credentials]].")
        raw = []
    found = [_RecordReader(source, problems, number).read(item) for number, item in enumerate(raw)]
    ids = _assign_ids(found, source, problems)
    if problems.found:
        raise unusable_file_error(path, problems)
    return FileContents(
        [Record(id, values, native) for id, (_, values, native) in zip(ids, found, strict=True)], data, mode
    )


def unusable_file_error(path: Path, problems: Problems) -> ConfigurationError:
    """Build the error that lists the problems of a file."""
    count = len(problems.found)
    return ConfigurationError(
        f"The file {printable(str(path))} cannot be used: {count} problem{'s' if count > 1 else ''}.",
        operation="read the file",
        details=[problem.to_json() for problem in problems.found],
        hint="Fix the listed problems, then try again.",
    )


def _check_schema(schema: object, source: ConfigFile, problems: Problems) -> None:
    """Add a problem for a wrong schema; raise for a newer one."""
    if schema == SCHEMA and not isinstance(schema, bool):
        return
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        problem = f"is {schema}: a newer version of smtptui wrote the file; this one supports schema {SCHEMA}"
        problems.add(source.path, ("schema",), problem, "Use the newer version.")
        # Other apparent problems may be valid in the newer schema.
        raise unusable_file_error(source.path, problems)
    problem = "is missing" if schema is None else "is not a known schema"
    problems.add(source.path, ("schema",), problem, f"Write schema = {SCHEMA} at the top of the file.")


_RawRecord = tuple[str | None, Mapping[str, Value], Mapping[str, Json]]
"""The id if given, the values, the native fields."""


def _assign_ids(found: Sequence[_RawRecord], source: ConfigFile, problems: Problems) -> list[str]:
    """Keep given ids, derive the others, and add a problem for duplicates."""
    given: set[str] = set()
    for number, (id, _, _) in enumerate(found):
        if id is None:
            continue
        if id in given:
            problems.add(
                source.path,
                ("credentials", str(number), "id"),
                "is used by another credential of the file",
                "Change or remove one of them; a missing id is generated.",
            )
        given.add(id)
    ids = []
    for id, values, _ in found:
        ids.append(derive_id(values, given) if id is None else id)
        given.add(ids[-1])
    return ids


class _RecordReader:
    """Reads one element of the array and collects its problems."""

    def __init__(self, source: ConfigFile, problems: Problems, number: int) -> None:
        self._file = source.path
        self._problems = problems
        self._key = ("credentials", str(number))

    def read(self, raw: Mapping[str, Any]) -> _RawRecord:
        for key in raw:
            if key == "password":
                self._add_problem(
                    "password",
                    "does not belong in a file",
                    f"Write {PASSWORD_FROM} with a reference to it ({REFERENCE_FORMS}). If others could read the file, "
                    "change the password.",
                )
            elif key not in _RECORD_KEYS:
                self._add_problem(key, "is not a known key", suggest(key, _RECORD_KEYS))
        values = {
            name: value
            for name in raw
            if name in FIELDS_BY_NAME
            and FIELDS_BY_NAME[name] in PLAIN_WRITABLE_FIELDS
            and (value := self._read_value(FIELDS_BY_NAME[name], raw[name])) is not None
        }
        if not raw.get("host"):
            self._add_problem("host", "is missing", "Add the host name of the server.")
        reference = self._read_reference(raw[PASSWORD_FROM]) if PASSWORD_FROM in raw else None
        native = self._read_native(raw.get("native", {}))
        if reference is not None:
            native[PASSWORD_FROM] = reference.text
        return self._read_id(raw.get("id")), values, native

    def _read_id(self, raw: object) -> str | None:
        if raw is None:
            return None
        if not isinstance(raw, str):
            self._add_problem("id", "must be text in quotes")
            return None
        if reason := find_id_problem(raw):
            self._add_problem("id", reason)
            return None
        return raw

    def _read_value(self, field: Field, raw: object) -> Value:
        """Return the value if it is of the field's kind. A provider's own rules apply when it is sent there."""
        try:
            value = from_toml(raw)
        except ValueError:
            value = raw  # type: ignore[assignment]
        if field.kind is FieldKind.BOOLEAN:
            if isinstance(value, bool):
                return value
            self._add_problem(field.name, "must be true or false")
        elif field.kind is FieldKind.PORT:
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            self._add_problem(field.name, "must be a whole number without quotes")
        elif not isinstance(value, str):
            self._add_problem(field.name, "must be text in quotes")
        elif field.choices and value and value not in field.choices:
            self._add_problem(field.name, "is not one of its choices", suggest(value, field.choices))
        else:
            return value or None
        return None

    def _read_reference(self, raw: object) -> Reference | None:
        if not isinstance(raw, str):
            self._add_problem(
                PASSWORD_FROM, "must be a secret reference in quotes", f"Allowed: {REFERENCE_FORMS}."
            )
            return None
        try:
            return parse_file_reference(raw)
        except UsageError as error:
            self._add_problem(PASSWORD_FROM, error.message.rstrip("."), error.hint)
            return None

    def _read_native(self, raw: object) -> dict[str, Json]:
        if not isinstance(raw, Mapping):
            self._add_problem("native", "must be a table", "Write [credentials.native] below the credential.")
            return {}
        native: dict[str, Json] = {}
        for name, value in raw.items():
            if name == PASSWORD_FROM:
                self._add_problem(("native", name), "belongs to the credential itself, next to host and port")
            elif reason := find_native_name_problem(name):
                self._add_problem(("native", name), reason)
            else:
                try:
                    native[name] = from_toml(value)
                except ValueError as problem:
                    self._add_problem(("native", name), str(problem))
        return {name: value for name, value in native.items() if value is not None}

    def _add_problem(self, key: str | tuple[str, ...], problem: str, hint: str = "") -> None:
        path = (key,) if isinstance(key, str) else key
        self._problems.add(self._file, (*self._key, *path), problem, hint)


def find_native_name_problem(name: str) -> str | None:
    """Return why a text cannot name a native field, None if it can."""
    if not name or printable(name, None) != name:
        return "is not a valid name of a native field"
    return None


def parse_file_reference(text: str) -> Reference:
    """Parse a reference in a file. Raises UsageError, which never repeats the text."""
    if text.strip().lower().startswith("inline:"):
        raise UsageError(
            "is inline:, which contains the password itself.",
            hint=f"A file of credentials must not contain passwords. Allowed: {REFERENCE_FORMS}.",
        )
    return parse_reference(text)


def resolve_file_reference(text: str, directory: Path) -> str:
    """Resolve a relative `file:` reference against the file's directory."""
    reference = parse_reference(text)
    if reference.scheme is Scheme.FILE:
        return f"{Scheme.FILE}:{resolve_path(reference.body, directory)}"
    return reference.text
