"""Before there is a configuration: a workspace that holds nothing, to which the first account can be added."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from smtptui.workspace.core.configuration import config_path
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace

if TYPE_CHECKING:
    from smtptui.config.read import UiCheck

DEMO_CHOSEN = -1
"""What the terminal screen returns, in place of an exit status, when the demo is to be opened next."""


def is_first_run(options: Options) -> bool:
    """Whether there is no configuration, and none was asked for by naming an account of it."""
    path = config_path(options)
    return not options.accounts and not path.exists() and not path.is_symlink()


def empty_workspace(
    options: Options, *, ask: Callable[[str], str] | None = None, screen: UiCheck | None = None
) -> Workspace:
    """A workspace without accounts, at the place where the configuration would be. Nothing is written."""
    from smtptui.config.model import Config

    return Workspace(Config(path=config_path(options).absolute()), options, ask=ask, screen=screen)
