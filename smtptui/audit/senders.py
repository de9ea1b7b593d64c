"""Check senders: malformed addresses and names, and those reserved by a provider or by RFC 6761."""

from __future__ import annotations

import re

from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError
from smtptui.model.fields import FIELDS_BY_NAME
from smtptui.model.values import check_value

_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_RESERVED_DOMAINS = (".invalid", ".localhost", ".test")
"""Domains that never receive mail (RFC 6761)."""

_RESERVED_ADDRESSES = {"blue": "@blue.cc"}
_RESERVED_NAMES = {"blue": "blue"}
"""Addresses and names that a provider reserves (its documented rules), in lower case."""


def describe_malformed_sender(email: str | None, name: str | None) -> str | None:
    """Say why the sender is malformed; None if it is well formed or absent."""
    if name is not None and _CONTROL.search(name):
        return f"The sender's name contains control characters: {printable(name, 60)}"
    if email is None or _PLAIN_ADDRESS.fullmatch(email):
        return None
    try:
        check_value(FIELDS_BY_NAME["from_email"], email)
    except InvalidFieldError as problem:
        return problem.message
    return None


def describe_reserved_sender(provider: str, email: str | None, name: str | None) -> str | None:
    """Say why the sender may not be used; None if it may."""
    kept = _RESERVED_NAMES.get(provider)
    if kept is not None:
        if name is not None and name.strip().lower() == kept:
            return f"The provider reserves the sender name {kept}."
        address = _RESERVED_ADDRESSES[provider]
        if email is not None and address in email.lower():
            return f"The provider reserves addresses that contain {address}."
    if email is not None and email.lower().endswith(_RESERVED_DOMAINS):
        return f"{printable(email, 100)} is in a domain that never receives mail."
    return None
