"""How plans name credentials."""

from __future__ import annotations

from collections.abc import Sequence

from smtptui.model.credential import Credential

_SHOWN = 5


def format_login(record: Credential) -> str:
    """The login of a credential: USER@HOST:PORT, as far as it is known."""
    if record.host is None:
        return record.name or record.id
    port = f":{record.port}" if record.port is not None else ""
    return f"{record.username or 'relay'}@{record.host}{port}"


def format_label(record: Credential) -> str:
    """The login, and the sender or name that tells it from others."""
    beside = record.from_email or record.name
    return (
        f"{format_login(record)} ({beside})" if beside and beside != record.username else format_login(record)
    )


def join_names(names: Sequence[str]) -> str:
    """Names in a sentence; of many the first ones and how many more."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
