"""Find the configuration and the local state, and resolve paths that a configuration names."""

from __future__ import annotations

import os
from pathlib import Path

CONFIG_VARIABLE = "SMTPTUI_CONFIG"
STATE_VARIABLE = "SMTPTUI_STATE_DIR"


def find_config_path(explicit: str | None) -> Path:
    """Return the configuration file: `--config`, SMTPTUI_CONFIG, else config.toml in the platform's folder."""
    named = explicit or os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("smtptui", appauthor=False) / "config.toml"


def find_state_dir(explicit: str | None) -> Path:
    """Return the folder of the local state: `--state-dir`, SMTPTUI_STATE_DIR, else the platform's folder."""
    named = explicit or os.environ.get(STATE_VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_state_path

    return user_state_path("smtptui", appauthor=False)


def resolve_path(text: str, base: Path) -> Path:
    """Return a configured path: `~` is the home directory, a relative path starts at `base`."""
    return base / os.path.expanduser(text)  # noqa: PTH111 - leaves an unknown ~user as it is
