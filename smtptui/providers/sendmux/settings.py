"""What a Sendmux account needs in the configuration."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "api_key",
        "API key",
        "A root key (smx_root_…) of the organization; mailbox keys (smx_mbx_…) cannot manage sending accounts.",
        SettingKind.SECRET,
        required=True,
    ),
)
