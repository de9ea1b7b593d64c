"""Choose the driver: the thin one where it is known to work, else Textual's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from smtptui.tui.driver.terminals import is_known_terminal

if TYPE_CHECKING:
    from textual.driver import Driver

KNOWN_TEXTUAL = ((8, 2),)
"""Textual versions (major, minor) that the thin driver was tested with: it uses private parts."""


def is_thin_driver_supported(environment: Mapping[str, str], version: str) -> bool:
    """Tell whether the thin driver can be used: not disabled, terminal and Textual version known."""
    if not is_known_terminal(environment):
        return False
    numbers = version.split(".")
    return all(part.isdigit() for part in numbers[:2]) and tuple(map(int, numbers[:2])) in KNOWN_TEXTUAL


def choose_driver(environment: Mapping[str, str] | None = None) -> type[Driver] | None:
    """Return the driver for this terminal; None leaves the choice to Textual."""
    if sys.platform == "win32" or not sys.__stderr__ or not sys.__stderr__.isatty():
        return None
    environment = os.environ if environment is None else environment
    if not (is_known_terminal(environment) and is_thin_driver_supported(environment, _textual_version())):
        return None
    from smtptui.tui.driver.thin import ThinDriver

    return ThinDriver


def _textual_version() -> str:
    """Return the version of the installed package; the name of its folder tells it faster than its metadata."""
    import textual

    packages = Path(textual.__file__).parent.parent
    found = [entry.name for entry in os.scandir(packages) if entry.name.startswith("textual-")]
    names = [name[len("textual-") : -len(".dist-info")] for name in found if name.endswith(".dist-info")]
    if len(names) == 1:
        return names[0]
    from importlib.metadata import version

    return version("textual")


def invalidate_screen(driver: Driver | None) -> None:
    """Have everything painted again, whatever the driver believes to be on the screen."""
    invalidate = getattr(driver, "invalidate", None)
    if invalidate is not None:
        invalidate()


def release_screen(driver: Driver | None) -> None:
    """Replace the splash page by what has been drawn."""
    release = getattr(driver, "release", None)
    if release is not None:
        release()
