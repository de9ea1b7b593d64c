"""What Blue can hold and do, from its documented type and operations."""

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

CAPABILITIES = Capabilities(
    provider="blue",
    title="Blue",
    fields={
        "host": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "port": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "security": SECURITY_BY_PORT,
        "auth": FieldCapability(
            Access.COERCED, note="Always password.", clearable=False, choices=("password",)
        ),
        "username": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "password": FieldCapability(
            Access.READ_WRITE, note="Readable in clear text; requested only to reveal it.", required=True
        ),
        "from_email": FieldCapability(Access.READ_WRITE, note="Addresses with @blue.cc are reserved."),
        "from_name": FieldCapability(Access.READ_WRITE, note="The name blue is reserved."),
    },
    operations=frozenset(
        {
            ProviderOperation.LIST,
            ProviderOperation.CHECK,
            ProviderOperation.CREATE,
            ProviderOperation.UPDATE,
            ProviderOperation.DELETE,
            ProviderOperation.REVEAL,
            ProviderOperation.VERIFY_DRAFT,
            ProviderOperation.VERIFY_STORED,
        }
    ),
    password_updates=frozenset(PasswordUpdate),
    native=(NativeField("uid", "Blue's second identifier; never an address.", wanted=False),),
    verify_writes=True,
    resends_password_on=frozenset({"host", "port"}),
    delete_consequence="Blue falls back to its own mail infrastructure when the organization has no credentials left.",
)
