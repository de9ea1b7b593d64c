"""A file as text: valid contents, reported problems, and round trips."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtptui.model.capability import PASSWORD_FROM
from smtptui.model.credential import Credential
from smtptui.model.errors import ConfigurationError
from smtptui.model.fields import AUTH_METHODS, PLAIN_WRITABLE_FIELDS, SECURITY_MODES, FieldKind
from smtptui.model.json_value import Json
from smtptui.providers.file import convert
from smtptui.providers.file.document import HEADER, parse, serialize
from smtptui.providers.file.record import Record, find_id_problem
from smtptui.providers.file.values import from_toml, to_toml
from tests.canary import CANARY, secret_text

HERE = Path("/somewhere/creds.toml")


def problems(text: str) -> list[dict[str, Any]]:
    with pytest.raises(ConfigurationError) as caught:
        parse(HERE, 0o600, text.encode())
    assert CANARY not in str(caught.value.to_json())
    return list(caught.value.details)  # type: ignore[arg-type]


texts = st.text(st.characters(codec=None), min_size=1, max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.just("json"), inner, max_size=3),
    max_leaves=8,
)
names = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: find_id_problem(text) is None)


def value_strategy(kind: FieldKind, choices: tuple[str, ...]) -> st.SearchStrategy[Any]:
    if kind is FieldKind.BOOLEAN:
        return st.booleans()
    if kind is FieldKind.PORT:
        return st.integers(-1, 70000)
    return st.sampled_from(choices) if choices else texts


records = st.builds(
    Record,
    names,
    st.fixed_dictionaries(
        {"host": texts},
        optional={
            field.name: value_strategy(field.kind, field.choices)
            for field in PLAIN_WRITABLE_FIELDS
            if field.name != "host"
        },
    ),
    st.dictionaries(
        names.filter(lambda name: name != PASSWORD_FROM),
        json_values.filter(lambda value: value is not None),
        max_size=3,
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(records, max_size=3, unique_by=lambda record: record.id))
def test_records_of_any_text_round_trip(expected: list[Record]) -> None:
    data = serialize(expected)
    found = parse(HERE, 0o600, data)
    assert [(item.id, item.values, item.native) for item in found.records] == [
        (item.id, item.values, item.native) for item in expected
    ]
    assert serialize(found.records) == data


@given(json_values)
def test_values_that_toml_lacks_round_trip(value: Json) -> None:
    import tomli_w

    kept = tomllib.loads(tomli_w.dumps({"x": to_toml(value)}))["x"]
    assert from_toml(kept) == value


HOSTILE = [
    "=1+1",
    "@SUM(A1)",
    "[b]x[/b]",
    "[[credentials]]",
    '"""',
    "'''",
    "a\r\nb = 1",
    "\x1b[31m",
    "\ud800",
    "\u2028#",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_round_trips(text: str) -> None:
    expected = Record("1", {"host": "h", "name": text, "from_name": text}, {"note": text})
    (found,) = parse(HERE, 0o600, serialize([expected])).records
    assert (found.values, found.native) == (expected.values, expected.native)


def test_the_format_of_a_file() -> None:
    expected = Record(
        "one",
        {"host": "smtp.a.example", "port": 587, "active": False, "name": ""},
        {PASSWORD_FROM: "env:PW", "percentage": 40, "gone": None},
    )
    text = serialize([expected]).decode()
    assert text.startswith(HEADER) and HEADER.startswith("# ")
    assert tomllib.loads(text) == {
        "schema": 1,
        "credentials": [
            {
                "id": "one",
                "host": "smtp.a.example",
                "port": 587,
                "active": False,
                "password_from": "env:PW",
                "native": {"percentage": 40},
            }
        ],
    }


def test_all_problems_of_a_file_are_reported_with_their_lines() -> None:
    text = f"""\
schema = "1"
credential = 2

[[credentials]]
id = "a"
host = "smtp.a.example"
prot = 587
port = "587"
password = "{secret_text("written")}"

[[credentials]]
id = "a"
host = ""
security = "ssl"
active = 1
password_from = "inline:{secret_text("inline")}"
name = 7

[[credentials]]
id = "b#c"
host = "h"
password_from = "{secret_text("bare")}"
[credentials.native]
since = 2026-01-01
password_from = "env:X"
"""
    caught = {(item["key"], item["line"]) for item in problems(text)}
    assert caught == {
        ("schema", 1),
        ("credential", 2),
        ("credentials.0.prot", 7),
        ("credentials.0.port", 8),
        ("credentials.0.password", 9),
        ("credentials.1.id", 12),
        ("credentials.1.host", 13),
        ("credentials.1.security", 14),
        ("credentials.1.active", 15),
        ("credentials.1.password_from", 16),
        ("credentials.1.name", 17),
        ("credentials.2.id", 20),
        ("credentials.2.password_from", 22),
        ("credentials.2.native.since", 24),
        ("credentials.2.native.password_from", 25),
    }
    hints = {item["key"]: item["hint"] for item in problems(text)}
    assert "'port'" in hints["credentials.0.prot"] and "'credentials'" in hints["credential"]
    assert (
        "password_from" in hints["credentials.0.password"] and "env:NAME" in hints["credentials.0.password"]
    )


def test_broken_toml_is_reported_with_its_line_but_not_its_text() -> None:
    (problem,) = problems(f'schema = 1\n[[credentials]]\nid = "{secret_text()}\n')
    assert problem["line"] == 3 and "TOML" in problem["problem"]


def test_a_file_of_a_newer_version_is_refused() -> None:
    (problem,) = problems("schema = 2\n[[records]]\nx = 1\n")
    assert problem["key"] == "schema" and "newer version" in problem["problem"]


def test_missing_ids_are_derived_and_stable() -> None:
    text = 'schema = 1\n[[credentials]]\nhost = "A.example"\nport = 25\n'
    twice = (
        text
        + '[[credentials]]\nhost = "a.example"\nport = 25\n[[credentials]]\nhost = "a.example"\nport = 26\n'
    )
    first = [item.id for item in parse(HERE, 0o600, text.encode()).records]
    again = [item.id for item in parse(HERE, 0o600, twice.encode()).records]
    assert again[0] == first[0] and again[1] == f"{first[0]}-2" and len(set(again)) == 3
    assert first[0].startswith("a.example-")


def test_a_file_saved_by_a_windows_editor_is_read() -> None:
    text = '\ufeffschema = 1\r\n[[credentials]]\r\nid = "a"\r\nhost = "h"\r\n'
    assert [item.id for item in parse(HERE, 0o600, text.encode()).records] == ["a"]


def as_credential(record: Record) -> Credential:
    return convert.to_credential("file:creds.toml", record, HERE.parent)


def test_missing_values_are_inferred_and_marked_so() -> None:
    found = as_credential(Record("1", {"host": "h", "port": 465, "username": "u"}))
    assert (found.security, found.security_inferred, found.auth, found.password) == (
        "tls",
        True,
        "password",
        "absent",
    )
    relay = as_credential(Record("2", {"host": "h", "port": 2, "security": "none", "auth": "none"}))
    assert (relay.security, relay.security_inferred, relay.auth) == ("none", False, "none")
    unknown = as_credential(Record("3", {"host": "h"}))
    assert (unknown.security, unknown.security_inferred, unknown.auth) == (None, False, None)
    assert "tls" in SECURITY_MODES and "password" in AUTH_METHODS


def test_a_relative_reference_is_resolved_against_the_file() -> None:
    def reference(text: str) -> Json:
        return as_credential(Record("1", {"host": "h"}, {PASSWORD_FROM: text})).native[PASSWORD_FROM]

    assert reference("file:pw/one") == "file:/somewhere/pw/one"
    assert reference("file:/pw/one") == "file:/pw/one"
    assert reference("env:PW") == "env:PW"
