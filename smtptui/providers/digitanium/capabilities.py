"""What Digitanium can hold and do (provider's documented rules). Nothing can be read back."""

from __future__ import annotations

from smtptui.model.capability import (
    Access,
    Capabilities,
    FieldCapability,
    NativeField,
    PasswordUpdate,
    ProviderOperation,
)

_NOTE = "known only from the last write by smtptui"
_WRITTEN = FieldCapability(Access.WRITE_ONLY, _NOTE, readable=False)
_MANDATORY = FieldCapability(Access.WRITE_ONLY, _NOTE, readable=False, required=True, clearable=False)

CAPABILITIES = Capabilities(
    provider="digitanium",
    title="Digitanium",
    fields={
        "host": _MANDATORY,
        "port": _WRITTEN,
        "security": FieldCapability(
            Access.WRITE_ONLY,
            f"at most one of two flags; {_NOTE}",
            readable=False,
            choices=("tls", "starttls", "none"),
        ),
        "auth": FieldCapability(
            Access.WRITE_ONLY,
            f"none: a relay without user and password; {_NOTE}",
            readable=False,
            clearable=False,
            choices=("password", "none"),
        ),
        "username": _WRITTEN,
        "password": FieldCapability(
            Access.WRITE_ONLY, "sent with every write, unless the record is a relay", readable=False
        ),
        "from_email": _MANDATORY,
        "from_name": _WRITTEN,
        "reply_to_email": _WRITTEN,
        "reply_to_name": _WRITTEN,
        "envelope_from": _WRITTEN,
        "default": FieldCapability(
            Access.COERCED, "always true: the tenant has one record", readable=False, clearable=False
        ),
    },
    operations=frozenset(
        {
            ProviderOperation.LIST,
            ProviderOperation.CHECK,
            ProviderOperation.CREATE,
            ProviderOperation.UPDATE,
            ProviderOperation.VERIFY_STORED,
        }
    ),
    password_updates=frozenset({PasswordUpdate.KEEP, PasswordUpdate.CLEAR, PasswordUpdate.SET}),
    native=(
        NativeField(
            "last_written_at", "When smtptui last wrote the record; it cannot be read back.", wanted=False
        ),
        NativeField("variant", "ssms or shift.", wanted=False),
    ),
    single_record=True,
    whole_record=True,
    verify_sends_mail=True,
    empty_note="The API cannot read: a record that smtptui has not written is not known.",
)
