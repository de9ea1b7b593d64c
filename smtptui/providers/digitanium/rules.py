"""What must not be sent: refused before the call, with what is true and the way on."""

from __future__ import annotations

from smtptui.model.admission import NOTHING_SENT, admit_change, admit_draft
from smtptui.model.change import Change, Draft, SecretText
from smtptui.model.consent import Consent
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
    """Raises InvalidFieldError or UnsupportedError."""
    admit_draft(CAPABILITIES, draft)
    if draft.get("default") is False:
        raise _default_error()


def check_change(change: Change) -> None:
    """Raises InvalidFieldError or UnsupportedError."""
    admit_change(CAPABILITIES, change)
    if change.values.get("default") is False:
        raise _default_error()


def check_id(id: str) -> None:
    """Raises NotFoundError for any id but the one record's."""
    if id != RECORD_ID:
        raise NotFoundError(
            f"A Digitanium account holds one record, {RECORD_ID!r}; there is no {id!r}.",
            id=id,
            hint=f"Write ACCOUNT/{RECORD_ID}.",
        )


def check_record(record: Record, password: SecretText | None, *, clearing: bool = False) -> None:
    """A whole record and the password to send with it. Raises InvalidFieldError or SecretMissingError."""
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
            f"Without its password the record would hold half a login. {NOTHING_SENT}",
            field="password",
            hint="Make it a relay in the same edit: --auth none.",
        )
    if password is None:
        raise SecretMissingError(
            "Digitanium is written as a whole, and what a write without the password would store is not known: "
            f"every write needs the password. {NOTHING_SENT}",
            field="password",
            hint="Name where the password is with --password-from.",
        )


def require_overwrite_consent(consents: frozenset[Consent], *, account: str, operation: str) -> None:
    """Raises ConsentMissingError unless overwriting what nobody can read back was agreed to."""
    if Consent.OVERWRITE_UNKNOWN in consents:
        return
    raise ConsentMissingError(
        "What the tenant holds now is not known here and cannot be read: writing would replace its whole mail "
        f"configuration, host, sender, login and password, and nobody could put it back. {NOTHING_SENT}",
        account=account,
        operation=operation,
        hint="If that is meant: --overwrite-unknown.",
    )


def require_mail_consent(consents: frozenset[Consent], *, account: str, operation: str) -> None:
    """Raises ConsentMissingError unless a real mail was agreed to."""
    if Consent.SEND_MAIL in consents:
        return
    raise ConsentMissingError(
        f"Digitanium verifies by sending a real mail to the user behind the account's token. {NOTHING_SENT}",
        account=account,
        id=RECORD_ID,
        operation=operation,
        hint="If that is meant: --send-mail. Without a mail: --method probe.",
    )


def _default_error() -> UnsupportedError:
    return UnsupportedError(
        f"The tenant's one record is always its default. {NOTHING_SENT}",
        field="default",
        hint="Leave default out.",
    )
