"""No registered secret survives the redactor, in any form it travels in."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.secrets.redactor import MASK, Redactor, escape_html, quote_url
from smtptui.secrets.secret import Secret
from tests.canary import CANARY, secret_text

SECRETS = st.text(min_size=6, max_size=40).filter(lambda text: not set(text) <= set(MASK))


@given(SECRETS, st.text(), st.text())
def test_no_registered_secret_survives(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.add(Secret(secret))
    for form in (
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        repr(secret)[1:-1],
    ):
        assert secret not in redactor.redact(before + form + after).replace(MASK, "\0")


@given(st.lists(SECRETS, min_size=1, max_size=4), st.data())
def test_overlapping_secrets_leave_no_fragment_whole(secrets: list[str], data: st.DataObject) -> None:
    redactor = Redactor()
    for secret in secrets:
        redactor.add(secret)
    text = "".join(data.draw(st.permutations(secrets * 2)))
    kept = redactor.redact(text).split(MASK)
    assert not [part for part in kept for secret in secrets if secret in part]


@given(SECRETS, st.binary(max_size=20), st.binary(max_size=20))
def test_base64_of_something_around_the_secret(secret: str, before: bytes, after: bytes) -> None:
    redactor = Redactor()
    redactor.add(Secret(secret))
    data = before + secret.encode("utf-8", "surrogatepass") + after
    for text in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
        assert MASK in redactor.redact(text)


@pytest.mark.parametrize(
    "quoting", [lambda t: quote(t, safe=""), quote, quote_plus, lambda t: quote(t).lower()]
)
def test_url_forms(quoting: object) -> None:
    secret = CANARY + " /+&é?"
    redactor = Redactor()
    redactor.add(Secret(secret))
    assert redactor.redact(f"https://h/?k={quoting(secret)}&x=1") == f"https://h/?k={MASK}&x=1"  # type: ignore[operator]


def test_login_forms() -> None:
    secret = secret_text("login")
    redactor = Redactor()
    redactor.add_login("ops@example.com", Secret(secret))
    for raw in (f"\0ops@example.com\0{secret}", f"ops@example.com:{secret}"):
        assert (
            redactor.redact(f"AUTH PLAIN {base64.b64encode(raw.encode()).decode()}") == f"AUTH PLAIN {MASK}"
        )


def test_short_secrets_are_hidden_as_whole_words_and_shorter_ones_not() -> None:
    redactor = Redactor()
    redactor.add("word1")
    redactor.add("a")
    redactor.add("")
    assert redactor.redact("a word1, a word12") == f"a {MASK}, a word12"


def test_a_redactor_shows_no_secret_of_its_own() -> None:
    redactor = Redactor()
    redactor.add(secret_text())
    assert CANARY not in repr(redactor)


@given(st.text())
def test_escapes_are_those_of_the_standard_library(text: str) -> None:
    assert quote_url(text) == quote(text, safe="", errors="replace")
    assert quote_url(text, safe="/") == quote(text, errors="replace")
    assert quote_url(text, safe=" ").replace(" ", "+") == quote_plus(text, errors="replace")
    assert escape_html(text) == html.escape(text)
    assert escape_html(text, quotes=False) == html.escape(text, quote=False)


@given(st.text("abcXYZ019_.~-", min_size=6, max_size=20))
def test_a_text_that_nothing_escapes_has_no_other_forms(text: str) -> None:
    quoted = {json.dumps(text)[1:-1], repr(text)[1:-1], quote(text, safe=""), html.escape(text)}
    assert quoted == {text}
    redactor = Redactor()
    redactor.add(text)
    assert redactor.redact(f"a {text} b") == f"a {MASK} b"
