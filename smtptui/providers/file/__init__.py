"""A TOML file of credentials with references to their passwords."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind
from smtptui.providers.base import ProviderSpec
from smtptui.providers.file.capabilities import CAPABILITIES

_SETTINGS = (
    Setting(
        "path",
        "Path",
        "The TOML file with the credentials; created if missing.",
        SettingKind.PATH,
        required=True,
    ),
)

SPEC = ProviderSpec(
    name="file",
    title="File",
    capabilities=CAPABILITIES,
    settings=_SETTINGS,
    adapter="smtptui.providers.file.adapter:FileProvider",
    base_url="",
    notes=(
        "A file is a source or a backup of other accounts; nothing sends mail with it.",
        "A missing file is an empty account; the first credential creates it, with mode 0600.",
    ),
)
