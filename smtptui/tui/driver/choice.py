"""Which driver draws: the thin one where it is known to work, else Textual's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

KNOWN_TEXTUAL = ((8, 2),)
"""Versions (major, minor) whose frames and private parts the thin driver was tested with."""
KNOWN_TERMINALS = (
    "xterm", "screen", "tmux", "linux", "rxvt", "alacritty", "foot", "kitty", "wezterm", "konsole", "vte", "gnome",
    "st-", "stterm", "putty", "contour", "ghostty", "iterm", "eterm", "mlterm", "vt220", "vt320", "vt420", "vt520",
)  # fmt: skip
"""How TERM begins where DL, IL, ECH and scroll regions are known to work."""
VARIABLE = "SMTPTUI_DRIVER"


def is_known_terminal(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is known, and the thin driver not refused."""
    if environment.get(VARIABLE, "").strip().lower() in ("textual", "stock"):
        return False
    return environment.get("TERM", "").lower().startswith(KNOWN_TERMINALS)


def is_thin_driver_supported(environment: Mapping[str, str], version: str) -> bool:
    """Whether the thin driver can be used: not refused, and both the terminal and Textual's version are known."""
    if not is_known_terminal(environment):
        return False
    numbers = version.split(".")
    return all(part.isdigit() for part in numbers[:2]) and tuple(map(int, numbers[:2])) in KNOWN_TEXTUAL


def choose_driver(environment: Mapping[str, str] | None = None) -> type[Driver] | None:
    """The driver for this terminal; None stands for the one that Textual chooses."""
    if sys.platform == "win32" or not sys.__stderr__ or not sys.__stderr__.isatty():
        return None
    environment = os.environ if environment is None else environment
    if not (is_known_terminal(environment) and is_thin_driver_supported(environment, _textual_version())):
        return None
    from smtptui.tui.driver.thin import ThinDriver

    return ThinDriver


def _textual_version() -> str:
    """As the installed package has it: from its folder's name, where that is beside Textual; else asked in full."""
    import textual

    beside = Path(textual.__file__).parent.parent
    found = [entry.name for entry in os.scandir(beside) if entry.name.startswith("textual-")]
    names = [name[len("textual-") : -len(".dist-info")] for name in found if name.endswith(".dist-info")]
    if len(names) == 1:
        return names[0]
    from importlib.metadata import version

    return version("textual")


def forget_screen(driver: Driver | None) -> None:
    """Have all painted again, whatever the driver believes to be on the screen."""
    forget = getattr(driver, "forget", None)
    if forget is not None:
        forget()


def release_screen(driver: Driver | None) -> None:
    """What is to be seen has been drawn: show it in place of what stood there before the start."""
    release = getattr(driver, "release", None)
    if release is not None:
        release()
