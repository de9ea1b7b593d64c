"""How plans name credentials in their texts."""

from __future__ import annotations

from collections.abc import Sequence

from smtptui.model.credential import Credential

_MAX_NAMES = 5


def format_login(record: Credential) -> str:
    """Format a login as USER@HOST:PORT, as far as it is known."""
    if record.host is None:
        return record.name or record.id
    port = f":{record.port}" if record.port is not None else ""
    return f"{record.username or 'relay'}@{record.host}{port}"


def format_label(record: Credential) -> str:
    """Format the login, with the sender or name that tells it from similar ones."""
    extra = record.from_email or record.name
    return f"{format_login(record)} ({extra})" if extra and extra != record.username else format_login(record)


def join_names(names: Sequence[str]) -> str:
    """Join names for a sentence; of many, the first ones and the number of the rest."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) > _MAX_NAMES:
        return f"{', '.join(names[:_MAX_NAMES])} and {len(names) - _MAX_NAMES} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
