"""Digitanium: the one mail configuration of a tenant, written and never read. Data only; no HTTP here."""

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
    # Scheme and host follow from variant, tenant_id and hostname; a configured base_url replaces them.
    base_url="",
    notes=(
        "There is no read call: the list shows what was last written here.",
        "Every write sends the whole record, so an edit needs the password again.",
    ),
)
