"""Blue's documented rules, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.admission import admit_change, admit_draft
from smtptui.model.change import Change, Draft, Value
from smtptui.model.credential import Credential
from smtptui.model.errors import ReservedValueError
from smtptui.providers.blue.capabilities import CAPABILITIES

RESERVED_NAME = "blue"
RESERVED_ADDRESS = "@blue.cc"


def check_draft(draft: Draft) -> Draft:
    """Return the draft to send. Raises InvalidFieldError, UnsupportedError, SecretMissingError."""
    draft = admit_draft(CAPABILITIES, draft)
    reject_reserved(draft.values)
    return draft


def check_change(change: Change, current: Credential) -> Change:
    """Return the change to send. Raises InvalidFieldError, UnsupportedError."""
    change = admit_change(CAPABILITIES, change, current)
    reject_reserved(change.values)
    return change


def reject_reserved(values: Mapping[str, Value]) -> None:
    """Raise ReservedValueError for Blue's own sender name and addresses, in upper or lower case."""
    name, email = values.get("from_name"), values.get("from_email")
    if isinstance(name, str) and name.strip().lower() == RESERVED_NAME:
        raise ReservedValueError(
            "The sender name 'blue' is reserved at Blue.",
            field="from_name",
            code="SMTP_CREDENTIAL_RESERVED_SENDER_NAME",
            hint="Choose another from name. Nothing was sent.",
        )
    if isinstance(email, str) and RESERVED_ADDRESS in email.lower():
        raise ReservedValueError(
            "Sender addresses with '@blue.cc' are reserved at Blue.",
            field="from_email",
            code="SMTP_CREDENTIAL_RESERVED_SENDER_EMAIL",
            hint="Choose another from address. Nothing was sent.",
        )
