"""Open the user's editor at a line of a file."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from smtptui.model.errors import UnavailableError

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services

COLON_EDITORS = frozenset({"code", "codium", "subl", "hx", "helix", "zed"})
"""Editors that take FILE:LINE; the others take +LINE before the file."""
GOTO_EDITORS = frozenset({"code", "codium"})
"""Of these, those that need --goto for that, and --wait to block until the file is closed."""


def editor_command(path: Path, line: int | None, environment: Mapping[str, str]) -> list[str]:
    """Return the command of VISUAL, else EDITOR, else vi, split like a shell would. Raises UnavailableError."""
    named = next((text for key in ("VISUAL", "EDITOR") if (text := environment.get(key, "").strip())), "vi")
    try:
        words = shlex.split(named)
    except ValueError:
        words = []
    if not words:
        raise UnavailableError(
            "The editor command in VISUAL or EDITOR cannot be parsed.",
            hint="Set EDITOR to a command such as nano.",
        )
    program = Path(words[0]).name
    if program in COLON_EDITORS:
        more = ["--wait", "--goto"] if program in GOTO_EDITORS else []
        return [*words, *more, f"{path}:{line}" if line else str(path)]
    return [*words, *([f"+{line}"] if line else []), str(path)]


def open_in_editor(services: Services, path: Path, line: int | None) -> None:
    """Give the terminal to the editor until it exits, then repaint the screen. Raises UnavailableError."""
    command = editor_command(path, line, os.environ)
    try:
        with services.suspend():
            # Ctrl+C belongs to the editor; a handler, unlike SIG_IGN, is not inherited by it.
            before = signal.signal(signal.SIGINT, lambda number, frame: None)
            try:
                status = subprocess.run(command, check=False).returncode
            finally:
                signal.signal(signal.SIGINT, before)
    except SuspendNotSupported:
        raise UnavailableError(
            "An editor cannot be opened from this terminal.", hint=f"Edit {path} in another one."
        ) from None
    except OSError as error:
        raise UnavailableError(
            f"The editor {command[0]} could not be started ({error.strerror}).",
            hint="Set EDITOR to an installed command.",
        ) from None
    finally:
        services.repaint()
    if status:
        raise UnavailableError(
            f"The editor {command[0]} ended with status {status}.",
            hint="The configuration was not read again.",
        )
