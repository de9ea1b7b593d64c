"""Digitanium: the one mail configuration of a tenant, which can be written but not read."""

from __future__ import annotations

from smtptui.providers.digitanium.capabilities import CAPABILITIES
from smtptui.providers.digitanium.settings import SETTINGS
from smtptui.providers.spec import ProviderSpec

SPEC = ProviderSpec(
    name="digitanium",
    title="Digitanium",
    capabilities=CAPABILITIES,
    settings=SETTINGS,
    adapter="smtptui.providers.digitanium.adapter:Digitanium",
    # Scheme and host come from variant, tenant_id and hostname, unless base_url is configured.
    base_url="",
    notes=(
        "The API has no read call: the list shows what smtptui last wrote.",
        "Every write sends the whole record, so every edit needs the password.",
    ),
)
