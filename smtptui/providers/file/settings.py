"""What an account kept in a file needs in the configuration."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "path",
        "Path",
        "The TOML file that holds the credentials; it is made when there is none.",
        SettingKind.PATH,
        required=True,
    ),
)
