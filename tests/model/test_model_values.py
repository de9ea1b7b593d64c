"""Typed text becomes a value, or an error that names the field and the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError
from smtptui.model.fields import FIELDS_BY_NAME
from smtptui.model.values import parse_value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", " 587 ", 587),
        ("port", "1", 1),
        ("port", "65535", 65535),
        ("active", "Yes", True),
        ("active", "off", False),
        ("host", "smtp.example.com", "smtp.example.com"),
        ("host", "smtp.example.com.", "smtp.example.com."),
        ("host", "[2001:db8::1]", "2001:db8::1"),
        ("host", "192.0.2.7", "192.0.2.7"),
        ("host", "faß.example", "faß.example"),
        ("from_email", "a+b@example.com", "a+b@example.com"),
        ("from_name", "=1+1", "=1+1"),
        ("from_name", "[b]x[/b]", "[b]x[/b]"),
        ("security", "tls", "tls"),
    ],
)
def test_good_values(name: str, text: str, value: object) -> None:
    assert parse_value(FIELDS_BY_NAME[name], text) == value


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("port", "0", "between 1 and 65535"),
        ("port", "70000", "between 1 and 65535"),
        ("port", "25x", "not a whole number"),
        ("port", "+587", "not a whole number"),
        ("port", "-1", "not a whole number"),
        ("port", "\u0665\u0668\u0667", "not a whole number"),
        ("port", "9" * 5000, "not a whole number"),
        ("host", "https://smtp.example.com", "not a host name"),
        ("from_email", "a@b@example.com", "more than one @"),
        ("host", "", "empty"),
        ("host", "smtp example.com", "contains a space"),
        ("host", "smtp.example.com\r\nX", "control character U+000D"),
        ("host", "a\0b", "control character U+0000"),
        ("host", "-a.example", "not a host name"),
        ("host", "a..b", "not a host name"),
        ("host", "x" * 64 + ".example", "not a host name"),
        ("host", "1.2.3.256", "not an IP address"),
        ("from_email", "nobody", "not an address"),
        ("from_email", "@example.com", "not an address"),
        ("from_email", "a b@example.com", "an address cannot contain"),
        ("from_name", "a\x1b[31m", "control character U+001B"),
        ("from_name", "x" * 256, "256 characters, limit 255"),
        ("active", "perhaps", "neither true nor false"),
        ("security", "ssl", "not one of tls, starttls, none"),
        ("host", "smtp.\u202eacme.example", "invisible character U+202E"),
        ("host", "smtp.acme\u200b.example", "invisible character U+200B"),
        ("from_email", "a@b\u202e.test", "invisible character U+202E"),
        ("reply_to_email", "a\u00ad@b.test", "invisible character U+00AD"),
    ],
)
def test_bad_values_name_the_field_and_the_reason(name: str, text: str, reason: str) -> None:
    with pytest.raises(InvalidFieldError, match=f"(?i){name}") as caught:
        parse_value(FIELDS_BY_NAME[name], text)
    assert reason in caught.value.message
    assert caught.value.field == name


@given(st.text(max_size=60).map(lambda text: text * 10))
def test_printable_text_contains_nothing_a_terminal_interprets(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= 500
    assert all(ord(ch) >= 0x20 and not 0x7F <= ord(ch) <= 0x9F for ch in shown)
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028"
    )


def test_printable_keeps_markup_and_marks_what_was_removed() -> None:
    assert printable("[/]\x1b[2J\u202e") == "[/]\u241b[2J\ufffd"
