"""Pipefy: a GraphQL dialect with one default per organization, and a sender that only a create can set."""

from __future__ import annotations

from smtptui.providers.pipefy.capabilities import CAPABILITIES
from smtptui.providers.pipefy.settings import SETTINGS
from smtptui.providers.spec import ProviderSpec

SPEC = ProviderSpec(
    name="pipefy",
    title="Pipefy",
    capabilities=CAPABILITIES,
    settings=SETTINGS,
    adapter="smtptui.providers.pipefy.adapter:PipefyProvider",
    base_url="https://app.pipefy.com",
    notes=(
        "Pipefy verifies nothing: whether a credential works is known only from our own probe.",
        "A sender is stored by a create and can be neither read back nor changed.",
    ),
)
