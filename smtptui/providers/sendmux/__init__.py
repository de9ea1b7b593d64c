"""Sendmux: the REST Management API of sending accounts."""

from __future__ import annotations

from smtptui.providers.sendmux.capabilities import CAPABILITIES
from smtptui.providers.sendmux.settings import SETTINGS
from smtptui.providers.spec import ProviderSpec

SPEC = ProviderSpec(
    name="sendmux",
    title="Sendmux",
    capabilities=CAPABILITIES,
    settings=SETTINGS,
    adapter="smtptui.providers.sendmux.adapter:Sendmux",
    base_url="https://app.sendmux.ai/api/v1",
    requests_per_minute=600,
    notes=(
        "Shared, OAuth and SES accounts are listed but cannot be edited.",
        "Sendmux reports when it last tested an account, not the result; only results of smtptui's own tests are known.",
    ),
)
