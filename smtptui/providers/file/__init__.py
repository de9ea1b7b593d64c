"""A TOML file of credentials with references to their passwords. Data only; the adapter is imported when it is used."""

from __future__ import annotations

from smtptui.providers.file.capabilities import CAPABILITIES
from smtptui.providers.file.settings import SETTINGS
from smtptui.providers.spec import ProviderSpec

SPEC = ProviderSpec(
    name="file",
    title="File",
    capabilities=CAPABILITIES,
    settings=SETTINGS,
    adapter="smtptui.providers.file.adapter:FileProvider",
    base_url="",
    notes=(
        "Nothing sends with what a file holds; it is what others are filled from, and the backup of what they held.",
        "A file that is not there yet is an empty account; creating a credential makes it, with mode 0600.",
    ),
)
