"""What an account at Blue is configured with."""

from __future__ import annotations

from smtptui.model.setting import Setting, SettingKind

SETTINGS: tuple[Setting, ...] = (
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
