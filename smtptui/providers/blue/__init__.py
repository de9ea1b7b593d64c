"""Blue (blue.cc): a GraphQL dialect whose list gives passwords back, and whose every write is a live test."""

from __future__ import annotations

from smtptui.providers.blue.capabilities import CAPABILITIES
from smtptui.providers.blue.settings import SETTINGS
from smtptui.providers.spec import ProviderSpec

SPEC = ProviderSpec(
    name="blue",
    title="Blue",
    capabilities=CAPABILITIES,
    settings=SETTINGS,
    adapter="smtptui.providers.blue.adapter:BlueProvider",
    base_url="https://api.blue.cc/graphql",
    notes=(
        "Creating or updating a record makes Blue try it at once; the record is stored whether or not that works.",
        "Listing needs membership only; every write needs an owner or administrator, and the white-label feature.",
    ),
)
