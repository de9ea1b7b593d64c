"""Pipefy's documented rules, checked before anything is sent."""

from __future__ import annotations

from smtptui.model.admission import NOTHING_SENT, admit_change, admit_draft
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import InvalidFieldError
from smtptui.providers.pipefy.capabilities import CAPABILITIES


def check_draft(draft: Draft) -> Draft:
    """Return the draft to send. Raises InvalidFieldError, UnsupportedError, SecretMissingError."""
    draft = admit_draft(CAPABILITIES, draft)
    _require_whole_sender(draft)
    if draft.get("auth") == "none":
        _reject_relay_login(draft)
    return draft


def check_change(change: Change, current: Credential) -> Change:
    """Return the change to send. Raises InvalidFieldError, UnsupportedError."""
    return admit_change(CAPABILITIES, change, current)


def has_sender(draft: Draft) -> bool:
    return draft.get("from_email") is not None


def _require_whole_sender(draft: Draft) -> None:
    pair = ("from_email", "from_name")
    missing = [name for name in pair if draft.get(name) is None]
    if len(missing) == 1:
        raise InvalidFieldError(
            "A sender at Pipefy needs both an address and a name.",
            field=missing[0],
            hint=f"Give --{missing[0].replace('_', '-')} too, or neither. {NOTHING_SENT}",
        )


def _reject_relay_login(draft: Draft) -> None:
    given = "username" if draft.get("username") is not None else "password"
    if given == "username" or draft.password is not None:
        raise InvalidFieldError(
            f"A relay by address takes no {given}.",
            field=given,
            hint=f"Omit it, or omit --auth none. {NOTHING_SENT}",
        )
