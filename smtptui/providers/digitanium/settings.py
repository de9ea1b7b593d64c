"""What a Digitanium account needs in the configuration."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "variant",
        "Variant",
        "Which deployment answers: ssms (https://TENANT.HOSTNAME/digitanium/v4/…) or shift "
        "(https://HOSTNAME/auth/realms/TENANT/…).",
        required=True,
        choices=("ssms", "shift"),
    ),
    Setting("tenant_id", "Tenant", "The tenant whose mail configuration this is.", required=True),
    Setting("hostname", "Host name", "The platform's host name, without the tenant.", required=True),
    Setting("token", "Token", "A ready bearer token.", SettingKind.SECRET, one_of="token"),
    Setting(
        "client_id",
        "Client ID",
        "OAuth client id (client credentials).",
        SettingKind.LOGIN,
        one_of="client credentials",
    ),
    Setting(
        "client_secret",
        "Client secret",
        "OAuth client secret.",
        SettingKind.SECRET,
        one_of="client credentials",
    ),
    Setting(
        "token_url",
        "Token URL",
        "OpenID Connect token endpoint; the tenant's realm where it is not given.",
        SettingKind.URL,
    ),
)
