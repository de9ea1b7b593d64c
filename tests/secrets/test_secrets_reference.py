"""References: what is accepted, what is refused, and that a raw secret is never repeated."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.model.errors import UsageError
from smtptui.secrets.reference import Reference, Scheme, parse_reference
from tests.canary import CANARY, secret_text


@pytest.mark.parametrize(
    ("text", "scheme", "body"),
    [
        ("env:SMTPTUI_TOKEN", Scheme.ENV, "SMTPTUI_TOKEN"),
        ("file:~/x y", Scheme.FILE, "~/x y"),
        ("cmd:pass show 'a b'", Scheme.CMD, "pass show 'a b'"),
        ("keyring:smtptui/ops@example.com", Scheme.KEYRING, "smtptui/ops@example.com"),
        ("prompt:", Scheme.PROMPT, ""),
    ],
)
def test_accepted(text: str, scheme: Scheme, body: str) -> None:
    reference = parse_reference(text)
    assert (reference.scheme, reference.body, reference.text) == (scheme, body, text)
    assert reference == Reference(scheme, body)


def test_an_inline_value_is_shown_nowhere() -> None:
    reference = parse_reference(f"inline:{secret_text('inline')}")
    assert reference.text == "inline:…"
    assert CANARY not in f"{reference!r} {reference} {reference.body}"
    assert reference.value is not None
    assert reference.value.reveal() == secret_text("inline")


@pytest.mark.parametrize(
    "text",
    [
        *("", "env:", "env:a-b", "file:", "cmd:", "cmd:'", "cmd:''", "keyring:x", "keyring:/u", "prompt:x"),
        *("inline:", "file:a\nb", "cmd:x\x1b[2J", "ENV:X", "https://example.com/"),
    ],
)
def test_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference(text)
    assert "keyring:SERVICE/USER" in caught.value.hint


@pytest.mark.parametrize(
    "text", [CANARY, f"pw:{CANARY}", f"{CANARY}:x", f"env:{CANARY}!", f"prompt:{CANARY}", f"evn:{CANARY}"]
)
def test_a_raw_secret_typed_in_place_of_a_reference_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference(text)
    assert CANARY not in f"{caught.value!r} {caught.value.to_json()}"


def test_the_nearest_scheme_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference("evn:TOKEN")
    assert "Did you mean env:" in caught.value.hint


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert parse_reference(text).scheme in Scheme
