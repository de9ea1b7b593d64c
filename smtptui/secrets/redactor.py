"""The redactor: hides every resolved secret, and its encodings, in any text."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

from smtptui.model.display import printable
from smtptui.secrets.secret import Secret

MASK = "<redacted>"

MIN_SUBSTRING_LENGTH = 6
"""Forms of at least this length are hidden wherever they occur."""

MIN_WORD_LENGTH = 4
"""Shorter forms, down to this length, are hidden only as whole words. Still shorter ones are not hidden: masking
each "a" would garble every message and give the password away."""


_UNQUOTED = re.compile(r"[A-Za-z0-9_.~-]*\Z")
"""Texts that only base64 encodes differently."""

_UNESCAPED = re.compile(r"[ !#$%()*+,.:;=?@\[\]^_`{|}~A-Za-z0-9-]*\Z")
"""Texts that JSON, HTML and Python do not escape, but a URL may."""


class Redactor:
    """Hides registered secrets. There is one for each process; secrets are added as they are resolved.

    Redact before shortening a text: a truncated secret is no longer recognised.
    """

    def __init__(self) -> None:
        self._by_prefix: dict[str, tuple[str, ...]] = {}
        self._words: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<redactor>"

    def add(self, secret: Secret | str) -> None:
        """Hide this text from now on: raw, and encoded as base64, URL, JSON, HTML and Python literal."""
        text = secret.reveal() if isinstance(secret, Secret) else secret
        for form in _forms(text):
            self._add_form(form)
        for form in _base64_inside(text):
            if len(form) >= MIN_SUBSTRING_LENGTH:
                self._add_form(form)

    def add_login(self, username: str, secret: Secret) -> None:
        """Hide the secret, and its SASL PLAIN (RFC 4616) and HTTP Basic (RFC 7617) logins."""
        self.add(secret)
        password = secret.reveal()
        for login in (
            f"\0{username}\0{password}",
            f"{username}\0{username}\0{password}",
            f"{username}:{password}",
        ):
            for form in _base64(login):
                self._add_form(form)

    def redact(self, text: str) -> str:
        """Return the text with every registered form replaced by MASK; overlapping forms become one MASK."""
        spans = sorted(self._spans(text))
        if not spans:
            return text
        parts: list[str] = []
        hidden = 0
        for start, end in spans:
            if start > hidden or not parts:
                parts += (text[hidden:start], MASK)
            hidden = max(hidden, end)
        parts.append(text[hidden:])
        return "".join(parts)

    def _add_form(self, form: str) -> None:
        if len(form) >= MIN_SUBSTRING_LENGTH:
            known = self._by_prefix.get(form[:MIN_SUBSTRING_LENGTH], ())
            if form not in known:
                # Longest first: the first that matches at a position is replaced.
                self._by_prefix[form[:MIN_SUBSTRING_LENGTH]] = tuple(
                    sorted((*known, form), key=len, reverse=True)
                )
        elif len(form) >= MIN_WORD_LENGTH and form not in self._words:
            self._words = (*self._words, form)

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        by_prefix = self._by_prefix
        if by_prefix:
            for start in range(len(text) - MIN_SUBSTRING_LENGTH + 1):
                forms = by_prefix.get(text[start : start + MIN_SUBSTRING_LENGTH])
                if forms:
                    for form in forms:
                        if text.startswith(form, start):
                            yield start, start + len(form)
                            break
        for word in self._words:
            for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text):
                yield match.span()


def _forms(text: str) -> set[str]:
    """Return the raw text and its encodings."""
    found = {text, *_base64(text)}
    if _UNQUOTED.match(text):
        return found
    quoted = {quote_url(text), quote_url(text, safe="/"), quote_url(text, safe=" ").replace(" ", "+")}
    found |= quoted
    found.update(re.sub(r"%[0-9A-F]{2}", lambda octet: octet[0].lower(), form) for form in quoted)
    if _UNESCAPED.match(text):
        return found
    escaped = json.dumps(text)[1:-1]
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    return {
        *found,
        printable(text, limit=None),
        escaped,
        plain,
        escaped.replace("/", "\\/"),
        plain.replace("/", "\\/"),
        json.dumps(escaped)[1:-1],
        json.dumps(plain, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        repr(_bytes(text))[2:-1],
        escape_html(text),
        escape_html(text, quotes=False),
    }


def _base64(text: str) -> set[str]:
    data = _bytes(text)
    standard, urlsafe = base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()
    return {standard, urlsafe, standard.rstrip("="), urlsafe.rstrip("=")}


def _base64_inside(text: str) -> Iterator[str]:
    """Yield the base64 of the text inside a longer one, at each of the three alignments.

    Only characters that do not depend on the surrounding text: so a login of an unknown user is found too.
    """
    data = _bytes(text)
    for offset in range(3):
        first = (offset * 8 + 5) // 6
        last = (offset + len(data)) * 8 // 6
        whole = base64.b64encode(b"\0" * offset + data + b"\0\0").decode()[first:last]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")


def quote_url(text: str, safe: str = "") -> str:
    """RFC 3986 percent-encoding of the UTF-8 form; `safe` (ASCII) stays as it is."""
    unchanged = _UNRESERVED | frozenset(safe.encode())
    return "".join(
        chr(octet) if octet in unchanged else f"%{octet:02X}" for octet in text.encode("utf-8", "replace")
    )


def escape_html(text: str, *, quotes: bool = True) -> str:
    """For text between tags, and with `quotes` in attributes too."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace('"', "&quot;").replace("'", "&#x27;") if quotes else escaped
