"""Sendmux: the REST Management API of sending accounts. Data only; the adapter is imported when it is used."""

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
        "Shared, OAuth and SES accounts are listed and shown, never edited here.",
        "A test's outcome is only known here when this tool made it: Sendmux keeps its time, not its result.",
    ),
)
