"""Digitanium's rules, checked before anything is sent."""

from __future__ import annotations

from smtptui.model.admission import NOTHING_SENT, admit_change, admit_draft
from smtptui.model.capability import Consent
from smtptui.model.change import Change, Draft, SecretText
from smtptui.model.errors import (
    ConsentMissingError,
    InvalidFieldError,
    NotFoundError,
    SecretMissingError,
    UnsupportedError,
)
from smtptui.providers.digitanium.capabilities import CAPABILITIES
from smtptui.providers.digitanium.convert import Record
from smtptui.providers.digitanium.wire import RECORD_ID


def check_draft(draft: Draft) -> None:
    """Raise InvalidFieldError or UnsupportedError for a draft that cannot be stored."""
    admit_draft(CAPABILITIES, draft)
    if draft.get("default") is False:
        raise _default_error()


def check_change(change: Change) -> None:
    """Raise InvalidFieldError or UnsupportedError for a change that cannot be made."""
    admit_change(CAPABILITIES, change)
    if change.values.get("default") is False:
        raise _default_error()


def check_id(id: str) -> None:
    """Raise NotFoundError for any id but `RECORD_ID`."""
    if id != RECORD_ID:
        raise NotFoundError(
            f"A Digitanium account has one record, {RECORD_ID!r}, and no {id!r}.",
            id=id,
            hint=f"Use ACCOUNT/{RECORD_ID}.",
        )


def check_record(record: Record, password: SecretText | None, *, clearing: bool = False) -> None:
    """Check a whole record and its password. Raises InvalidFieldError or SecretMissingError."""
    if record["auth"] == "none":
        if record["username"] is not None:
            raise InvalidFieldError(
                f"A relay (auth none) has no username. {NOTHING_SENT}",
                field="username",
                hint="Leave the username out, or use auth password.",
            )
        if password is not None:
            raise InvalidFieldError(
                f"A relay (auth none) has no password. {NOTHING_SENT}",
                field="password",
                hint="Leave the password out, or give a username and use auth password.",
            )
        return
    if record["username"] is None:
        raise InvalidFieldError(
            f"A login needs a username. {NOTHING_SENT}",
            field="username",
            hint="Give it with --username, or use --auth none for a relay.",
        )
    if clearing:
        raise InvalidFieldError(
            f"A record with a username needs its password. {NOTHING_SENT}",
            field="password",
            hint="To make it a relay, use --auth none in the same edit.",
        )
    if password is None:
        raise SecretMissingError(
            f"Every write to Digitanium replaces the whole record and needs the password. {NOTHING_SENT}",
            field="password",
            hint="Give the password with --password-from.",
        )


def require_overwrite_consent(consents: frozenset[Consent], *, account: str, operation: str) -> None:
    """Raise ConsentMissingError without consent to overwrite an unknown record."""
    if Consent.OVERWRITE_UNKNOWN in consents:
        return
    raise ConsentMissingError(
        "The tenant's present record is not known and cannot be read. Writing would replace its whole mail "
        f"configuration, host, sender, login and password, without a way back. {NOTHING_SENT}",
        account=account,
        operation=operation,
        hint="To overwrite it, use --overwrite-unknown.",
    )


def require_mail_consent(consents: frozenset[Consent], *, account: str, operation: str) -> None:
    """Raise ConsentMissingError without consent to send a real mail."""
    if Consent.SEND_MAIL in consents:
        return
    raise ConsentMissingError(
        f"Digitanium verifies by sending a real mail to the user of the account's token. {NOTHING_SENT}",
        account=account,
        id=RECORD_ID,
        operation=operation,
        hint="To send it, use --send-mail; to verify without a mail, use --method probe.",
    )


def _default_error() -> UnsupportedError:
    return UnsupportedError(
        f"The tenant's one record is always its default. {NOTHING_SENT}",
        field="default",
        hint="Omit default.",
    )
