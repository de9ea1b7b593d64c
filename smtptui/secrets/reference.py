"""Secret references: `env:NAME`, `file:PATH`, `cmd:COMMAND ARG…`, `keyring:SERVICE/USER`, `prompt:`.

In a configuration file of mode 0600 also `inline:VALUE`.
"""

from __future__ import annotations

import re
import shlex
from enum import StrEnum
from typing import NamedTuple

from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.nearest import find_nearest
from smtptui.secrets.secret import Secret

REFERENCE_FORMS = "env:NAME, file:PATH, cmd:COMMAND ARG…, keyring:SERVICE/USER or prompt:"

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SCHEME = re.compile(r"([a-z]{2,10}):", re.IGNORECASE)


class Scheme(StrEnum):
    ENV = "env"
    FILE = "file"
    CMD = "cmd"
    KEYRING = "keyring"
    PROMPT = "prompt"
    INLINE = "inline"


class Reference(NamedTuple):
    """A parsed reference. `body` follows the scheme; it is empty for `inline:`, whose `value` is a Secret."""

    scheme: Scheme
    body: str
    value: Secret | None = None

    @property
    def text(self) -> str:
        """The reference as it is shown and stored; never the value of an `inline:` one."""
        return "inline:…" if self.scheme is Scheme.INLINE else f"{self.scheme}:{self.body}"

    def __repr__(self) -> str:
        return f"<reference {self.text}>"

    def __str__(self) -> str:
        return self.text

    def __hash__(self) -> int:
        return hash((self.scheme, self.body))


def parse_reference(text: str) -> Reference:
    """Parse a reference. Raise UsageError, which never repeats the text: it may be a raw secret."""
    name, colon, body = text.partition(":")
    try:
        scheme = Scheme(name) if colon else None
    except ValueError:
        scheme = None
    if scheme is None:
        raise UsageError("This is not a secret reference.", hint=_unknown_hint(text))
    if scheme is Scheme.INLINE:
        if not body:
            raise UsageError("The reference inline: has no value.", hint=f"Allowed: {REFERENCE_FORMS}.")
        return Reference(scheme, "", Secret(body))
    problem = _find_problem(scheme, body)
    if problem:
        raise UsageError(f"The reference {scheme}: {problem}.", hint=f"Allowed: {REFERENCE_FORMS}.")
    return Reference(scheme, body)


def _unknown_hint(text: str) -> str:
    found = _SCHEME.match(text)
    near = find_nearest(found[1].lower(), list(Scheme)) if found else None
    meant = f"Did you mean {near}: ? " if near else ""
    return f"{meant}Allowed: {REFERENCE_FORMS}. Never write the secret itself in place of a reference."


def _find_problem(scheme: Scheme, body: str) -> str | None:
    if scheme is Scheme.PROMPT:
        return "takes nothing after the colon" if body else None
    if not body.strip():
        return "names nothing"
    if printable(body, limit=None) != body:
        return "contains control characters"
    if scheme is Scheme.ENV and not _ENV_NAME.match(body):
        return "needs the name of an environment variable: letters, digits and _"
    if scheme is Scheme.CMD:
        try:
            words = shlex.split(body)
        except ValueError:
            return "has quotes that do not close"
        return None if words and words[0] else "names no command"
    if scheme is Scheme.KEYRING:
        service, slash, user = body.partition("/")
        return None if service and slash and user else "needs SERVICE/USER"
    return None
