"""What Sendmux can hold and do (provider's documented rules)."""

from __future__ import annotations

from smtptui.model.capability import (
    Access,
    Capabilities,
    FieldCapability,
    NativeField,
    PasswordUpdate,
    ProviderOperation,
)

_NULLABLE = FieldCapability(Access.READ_WRITE, max_length=255)

CAPABILITIES = Capabilities(
    provider="sendmux",
    title="Sendmux",
    fields={
        "name": FieldCapability(
            Access.READ_WRITE, "the username if omitted", clearable=False, max_length=255
        ),
        "host": FieldCapability(Access.READ_WRITE, required=True, clearable=False, max_length=255),
        "port": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "security": FieldCapability(
            Access.READ_WRITE,
            "inferred from the port if omitted, and for the stored word tls",
            clearable=False,
            choices=("tls", "starttls", "none"),
        ),
        "auth": FieldCapability(
            Access.COERCED,
            "always password; OAuth accounts are connected at Sendmux",
            clearable=False,
            choices=("password",),
        ),
        "username": FieldCapability(Access.READ_WRITE, required=True, clearable=False, max_length=255),
        "password": FieldCapability(
            Access.WRITE_ONLY,
            "1 to 500 characters; can be replaced but not cleared",
            readable=False,
            required=True,
            clearable=False,
            max_length=500,
        ),
        "from_email": _NULLABLE,
        "from_name": _NULLABLE,
        "reply_to_email": _NULLABLE,
        "reply_to_name": _NULLABLE,
        "active": FieldCapability(
            Access.READ_WRITE, "set by separate calls: activate, deactivate", clearable=False
        ),
    },
    operations=frozenset(
        {
            ProviderOperation.LIST,
            ProviderOperation.CHECK,
            ProviderOperation.GET,
            ProviderOperation.CREATE,
            ProviderOperation.UPDATE,
            ProviderOperation.DELETE,
            ProviderOperation.VERIFY_STORED,
            ProviderOperation.SET_ACTIVE,
        }
    ),
    password_updates=frozenset({PasswordUpdate.KEEP, PasswordUpdate.SET}),
    native=(
        NativeField(
            "quotas",
            "Sending limits: per_second, per_minute, per_hour, per_day, each a number, {min, max} or null.",
            wanted=True,
        ),
        NativeField("percentage", "Share of the mail this account sends, 0 to 100.", wanted=True),
        NativeField("tracking_domain", "Domain of tracking links.", wanted=True),
        NativeField(
            "variables",
            "Texts by name; an edit replaces all of them. Shown for a single record only.",
            wanted=True,
        ),
        NativeField("type", "smtp, gmail_api, outlook_api or amazon_ses.", wanted=False),
        NativeField("status", "active, inactive, error or pending.", wanted=False),
        NativeField("status_reason", "Why the status is what it is.", wanted=False),
        NativeField("smtp_protocol", "The provider's word for the security mode.", wanted=False),
        NativeField("is_shared", "Whether it is the managed SES account.", wanted=False),
        NativeField("oauth_email", "The address of an OAuth account.", wanted=False),
        NativeField("has_refresh_token", "Whether an OAuth account can renew its login.", wanted=False),
        NativeField("allowed_actions", "What the API key may do with the record.", wanted=False),
        NativeField("not_editable_because", "Why the record cannot be edited.", wanted=False),
        NativeField("last_tested_at", "When it was last tested; not whether it passed.", wanted=False),
        NativeField("last_used_at", "When it last sent mail.", wanted=False),
    ),
    verify_writes=True,
    idempotent_create=True,
    delete_consequence="Sendmux stops sending through it; mail goes to the other active accounts.",
)
