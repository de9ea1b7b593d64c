"""The capabilities of a file: every field, any native field of another provider, and never a password."""

from __future__ import annotations

from smtptui.model.capability import (
    PASSWORD_FROM,
    READ_WRITE,
    Access,
    Capabilities,
    FieldCapability,
    NativeField,
    PasswordUpdate,
    ProviderOperation,
)
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS

_NO_PASSWORD = FieldCapability(
    Access.ABSENT,
    note=f"A file has a reference to the password ({PASSWORD_FROM}), never the password.",
    readable=False,
)

CAPABILITIES = Capabilities(
    provider="file",
    title="File",
    fields={
        **{field.name: READ_WRITE for field in PLAIN_WRITABLE_FIELDS},
        "host": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "security": FieldCapability(Access.READ_WRITE, "inferred from the port if omitted"),
        "auth": FieldCapability(Access.READ_WRITE, "password if omitted and there is a username"),
        "password": _NO_PASSWORD,
    },
    operations=frozenset(
        {
            ProviderOperation.LIST,
            ProviderOperation.CHECK,
            ProviderOperation.GET,
            ProviderOperation.CREATE,
            ProviderOperation.UPDATE,
            ProviderOperation.DELETE,
            ProviderOperation.SET_DEFAULT,
            ProviderOperation.SET_ACTIVE,
        }
    ),
    password_updates=frozenset({PasswordUpdate.KEEP}),
    native=(
        NativeField(
            PASSWORD_FROM,
            "Where the password is: env:NAME, file:PATH, cmd:COMMAND, keyring:SERVICE/USER or prompt:.",
            wanted=True,
        ),
    ),
    any_native=True,
    at_rest=True,
)
