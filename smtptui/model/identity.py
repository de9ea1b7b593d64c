"""The identity of a credential: the fields that make two records the same one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from smtptui.model.change import Draft
from smtptui.model.credential import Credential


class Identity(NamedTuple):
    """Host in lower case, port, username, and the sender where it can be read."""

    host: str | None
    port: int | None
    username: str | None
    from_email: str | None


def identity_of(record: Credential | Draft) -> Identity:
    if isinstance(record, Draft):
        port = record.get("port")
        host, username, sender = record.text("host"), record.text("username"), record.text("from_email")
        number = port if isinstance(port, int) else None
    else:
        host, number, username, sender = record.host, record.port, record.username, record.from_email
    return Identity(
        host.lower() if host else None, number, username or None, sender.lower() if sender else None
    )


def is_same_identity(one: Identity, other: Identity, *, sender_readable: bool) -> bool:
    """Return whether both identify the same credential; the sender counts only where both sides can read it."""
    return one[:3] == other[:3] and (not sender_readable or one.from_email == other.from_email)


def find_matches(
    wanted: Credential | Draft, stored: Iterable[Credential], *, sender_readable: bool
) -> list[Credential]:
    """Return every stored credential with this identity; more than one is ambiguous, and none may be chosen."""
    sought = identity_of(wanted)
    return [
        item
        for item in stored
        if is_same_identity(sought, identity_of(item), sender_readable=sender_readable)
    ]
