"""Start without a configuration: an empty workspace to which the first account can be added."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from smtptui.workspace.core.configuration import config_path
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace

if TYPE_CHECKING:
    from smtptui.config.read import UiCheck

DEMO_CHOSEN = -1
"""Returned by the terminal UI instead of an exit status when the user chose the demo."""


def is_first_run(options: Options) -> bool:
    """Whether there is no configuration yet and no account was named on the command line."""
    path = config_path(options)
    return not options.accounts and not path.exists() and not path.is_symlink()


def empty_workspace(
    options: Options, *, ask: Callable[[str], str] | None = None, check_ui: UiCheck | None = None
) -> Workspace:
    """Return a workspace without accounts for the default configuration path. Writes nothing."""
    from smtptui.config.model import Config

    return Workspace(Config(path=config_path(options).absolute()), options, ask=ask, check_ui=check_ui)
