"""What Pipefy can hold and do, from its documented types and operations."""

from __future__ import annotations

from smtptui.model.capability import (
    Access,
    Capabilities,
    FieldCapability,
    NativeField,
    PasswordUpdate,
    ProviderOperation,
)
from smtptui.providers.kit.capabilities import SECURITY_BY_PORT

_SENDER = "Stored by a create only and never read back; smtptui shows what it last wrote."

CAPABILITIES = Capabilities(
    provider="pipefy",
    title="Pipefy",
    fields={
        "host": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "port": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "security": SECURITY_BY_PORT,
        "auth": FieldCapability(
            Access.CREATE_ONLY,
            note="none is a relay by address, without username and password.",
            clearable=False,
            choices=("password", "none"),
        ),
        "username": FieldCapability(
            Access.READ_WRITE, note="Required unless auth is none.", required=True, clearable=False
        ),
        "password": FieldCapability(
            Access.WRITE_ONLY,
            note="Required unless auth is none; cannot be revealed or cleared.",
            readable=False,
            required=True,
            clearable=False,
        ),
        "from_email": FieldCapability(
            Access.CREATE_ONLY,
            note=f"{_SENDER} Needs a from name; unique in the organization.",
            readable=False,
            clearable=False,
        ),
        "from_name": FieldCapability(
            Access.CREATE_ONLY, note=f"{_SENDER} Needs a from address.", readable=False, clearable=False
        ),
        "default": FieldCapability(
            Access.READ_WRITE, note="At most one in an organization.", clearable=False
        ),
    },
    operations=frozenset(
        {
            ProviderOperation.LIST,
            ProviderOperation.CHECK,
            ProviderOperation.CREATE,
            ProviderOperation.UPDATE,
            ProviderOperation.DELETE,
            ProviderOperation.SET_DEFAULT,
        }
    ),
    password_updates=frozenset({PasswordUpdate.KEEP, PasswordUpdate.SET}),
    native=(
        NativeField("organizationId", "The organization the record belongs to.", wanted=False),
        NativeField("sender_id", "Pipefy's ID of the sender, as last written by smtptui.", wanted=False),
        NativeField("sender_written_at", "When smtptui wrote the sender.", wanted=False),
    ),
    delete_consequence=(
        "A sender that smtptui did not create may remain after its configuration is deleted, and its address cannot "
        "be used again. Pipefy does not delete the default through its sender."
    ),
    empty_note="none, or no manage access",
)
