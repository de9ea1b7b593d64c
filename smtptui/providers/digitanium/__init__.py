"""Digitanium: the one mail configuration of a tenant, which can be written but not read."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind
from smtptui.providers.base import ProviderSpec
from smtptui.providers.digitanium.capabilities import CAPABILITIES

_SETTINGS = (
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

SPEC = ProviderSpec(
    name="digitanium",
    title="Digitanium",
    capabilities=CAPABILITIES,
    settings=_SETTINGS,
    adapter="smtptui.providers.digitanium.adapter:DigitaniumProvider",
    # Scheme and host come from variant, tenant_id and hostname, unless base_url is configured.
    base_url="",
    notes=(
        "The API has no read call: the list shows what smtptui last wrote.",
        "Every write sends the whole record, so every edit needs the password.",
    ),
)
