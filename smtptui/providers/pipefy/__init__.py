"""Pipefy: a GraphQL dialect with one default per organization, and a sender that only a create can set."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind
from smtptui.providers.base import ProviderSpec
from smtptui.providers.pipefy.capabilities import CAPABILITIES

_SETTINGS = (
    Setting("organization_id", "Organization", "ID of the organization.", required=True),
    Setting(
        "token",
        "Token",
        "A ready access token, in place of a service account.",
        SettingKind.SECRET,
        one_of="token",
    ),
    Setting(
        "client_id",
        "Client ID",
        "Client ID of a service account (OAuth client credentials).",
        SettingKind.LOGIN,
        one_of="service account",
    ),
    Setting(
        "client_secret",
        "Client secret",
        "Client secret of the service account.",
        SettingKind.SECRET,
        one_of="service account",
    ),
    Setting(
        "token_url",
        "Token URL",
        "Where the service account gets its tokens; without it, /oauth/token below base_url.",
        SettingKind.URL,
    ),
    Setting(
        "endpoints",
        "Endpoints",
        'Paths below base_url by operation, for example deleteSmtpConfiguration = "/internal_api".',
        SettingKind.TABLE,
    ),
)

SPEC = ProviderSpec(
    name="pipefy",
    title="Pipefy",
    capabilities=CAPABILITIES,
    settings=_SETTINGS,
    adapter="smtptui.providers.pipefy.adapter:PipefyProvider",
    base_url="https://app.pipefy.com",
    notes=(
        "Pipefy verifies nothing: whether a credential works is known only from our own probe.",
        "A sender is stored by a create and can be neither read back nor changed.",
    ),
)
