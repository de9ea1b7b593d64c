"""What Blue would refuse, refused before the call with the same meaning (provider's documented rules)."""

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
    """The draft as it may be sent. Raises InvalidFieldError, UnsupportedError, SecretMissingError."""
    draft = admit_draft(CAPABILITIES, draft)
    reject_reserved(draft.values)
    return draft


def check_change(change: Change, current: Credential) -> Change:
    """The change as it may be sent. Raises InvalidFieldError, UnsupportedError."""
    change = admit_change(CAPABILITIES, change, current)
    reject_reserved(change.values)
    return change


def reject_reserved(values: Mapping[str, Value]) -> None:
    """Blue keeps its own name and addresses for itself, in any case of letters. Raises ReservedValueError."""
    name, email = values.get("from_name"), values.get("from_email")
    if isinstance(name, str) and name.strip().lower() == RESERVED_NAME:
        raise ReservedValueError(
            "Blue keeps the sender name 'blue' for itself.",
            field="from_name",
            code="SMTP_CREDENTIAL_RESERVED_SENDER_NAME",
            hint="Choose another from name. Nothing was sent.",
        )
    if isinstance(email, str) and RESERVED_ADDRESS in email.lower():
        raise ReservedValueError(
            "Blue keeps sender addresses that hold '@blue.cc' for itself.",
            field="from_email",
            code="SMTP_CREDENTIAL_RESERVED_SENDER_EMAIL",
            hint="Choose another from address. Nothing was sent.",
        )
