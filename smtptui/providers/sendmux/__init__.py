"""Sendmux: the REST Management API of sending accounts."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind
from smtptui.providers.base import ProviderSpec
from smtptui.providers.sendmux.capabilities import CAPABILITIES

_SETTINGS = (
    Setting(
        "api_key",
        "API key",
        "A root key (smx_root_…) of the organization; mailbox keys (smx_mbx_…) cannot manage sending accounts.",
        SettingKind.SECRET,
        required=True,
    ),
)

SPEC = ProviderSpec(
    name="sendmux",
    title="Sendmux",
    capabilities=CAPABILITIES,
    settings=_SETTINGS,
    adapter="smtptui.providers.sendmux.adapter:SendmuxProvider",
    base_url="https://app.sendmux.ai/api/v1",
    requests_per_minute=600,
    notes=(
        "Shared, OAuth and SES accounts are listed but cannot be edited.",
        "Sendmux reports when it last tested an account, not the result; only results of smtptui's own tests are known.",
    ),
)
