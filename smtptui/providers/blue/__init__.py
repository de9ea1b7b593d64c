"""Blue (blue.cc): GraphQL, with readable passwords; every write also verifies the record."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind
from smtptui.providers.base import ProviderSpec
from smtptui.providers.blue.capabilities import CAPABILITIES

_SETTINGS = (
    Setting(
        "company_id",
        "Company",
        "ID or slug of the organization, sent as X-Bloo-Company-ID.",
        required=True,
    ),
    Setting(
        "token_id",
        "Token ID",
        "ID of a personal access token, sent as X-Bloo-Token-ID.",
        SettingKind.LOGIN,
        required=True,
    ),
    Setting(
        "token_secret",
        "Token secret",
        "Secret of the same token, sent as X-Bloo-Token-Secret.",
        SettingKind.SECRET,
        required=True,
    ),
)

SPEC = ProviderSpec(
    name="blue",
    title="Blue",
    capabilities=CAPABILITIES,
    settings=_SETTINGS,
    adapter="smtptui.providers.blue.adapter:BlueProvider",
    base_url="https://api.blue.cc/graphql",
    notes=(
        "Blue verifies a record when it is created or updated, and stores it whether or not that succeeds.",
        "Listing needs a member; every write needs an owner or administrator, and the white-label feature.",
    ),
)
