"""The terminals that the thin driver and the splash page are known to work on."""

from __future__ import annotations

from collections.abc import Mapping

KNOWN_TERMINALS = (
    "xterm", "screen", "tmux", "linux", "rxvt", "alacritty", "foot", "kitty", "wezterm", "konsole", "vte", "gnome",
    "st-", "stterm", "putty", "contour", "ghostty", "iterm", "eterm", "mlterm", "vt220", "vt320", "vt420", "vt520",
)  # fmt: skip
"""Prefixes of TERM where DL, IL, ECH and scroll regions are known to work."""
VARIABLE = "SMTPTUI_DRIVER"


def is_known_terminal(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal is known and the thin driver is not disabled."""
    if environment.get(VARIABLE, "").strip().lower() in ("textual", "stock"):
        return False
    return environment.get("TERM", "").lower().startswith(KNOWN_TERMINALS)
