"""What a person must have agreed to before it is done."""

from __future__ import annotations

from enum import StrEnum


class Consent(StrEnum):
    OVERWRITE_UNKNOWN = "overwrite-unknown"
    """Write over a record that nobody can read back."""
    SEND_MAIL = "send-mail"
    """Verify by a real mail to a real person."""
