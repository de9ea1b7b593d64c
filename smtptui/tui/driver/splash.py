"""The first page of the list as it was last time, shown before anything large is imported."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from smtptui import __version__
from smtptui.config.paths import find_config_path, find_state_dir
from smtptui.model.display import printable
from smtptui.tui.driver.terminals import is_known_terminal

_FILE = "first-page.json"
_ACCOUNTS = "accounts.d"
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l\x1b[m\x1b[2J", "\x1b[H\x1b[J\x1b[?25h\x1b[?1049l"


class StartOptions(NamedTuple):
    """What the screen is opened with; a cached page is shown only for the same options."""

    config: str | None
    state_dir: str | None
    accounts: tuple[str, ...]
    read_only: bool


class Splash:
    """Lines on the alternate screen until the real list covers them.

    `attributes` are the terminal's settings from before. `is_taken_over`: a driver draws on the screen now.
    """

    def __init__(self, lines: Sequence[str], size: tuple[int, int], attributes: list[Any]) -> None:
        self.lines = lines
        self.size = size
        self.attributes = attributes
        self.is_taken_over = False
        self._is_open = True

    def close(self) -> None:
        """Restore the terminal's settings, and its screen unless a driver has taken it over."""
        import termios

        if not self._is_open:
            return
        self._is_open = False
        with contextlib.suppress(OSError, termios.error):
            if not self.is_taken_over:
                os.write(_screen(), _LEAVE.encode())
            termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSADRAIN, self.attributes)  # type: ignore[union-attr]


def save_page(options: StartOptions, lines: Sequence[str]) -> None:
    """Cache a first page for the next start in a terminal of this size; without lines, delete the cached one."""
    path = find_state_dir(options.state_dir) / _FILE
    with contextlib.suppress(OSError):
        if not lines:
            path.unlink(missing_ok=True)
            return
        from smtptui.config.atomic import write_atomically

        size = os.get_terminal_size(_screen())
        page = {"of": _page_key(options), "size": [size.columns, size.lines], "lines": [*lines]}
        write_atomically(path, json.dumps(page, ensure_ascii=False).encode("utf-8", "replace"))


def show_cached_page(options: StartOptions) -> Splash | None:
    """Show the cached page if it belongs to this configuration and this size of terminal."""
    if sys.platform == "win32" or not is_known_terminal(os.environ):
        return None
    import termios

    try:
        size = os.get_terminal_size(_screen())
        page = json.loads((find_state_dir(options.state_dir) / _FILE).read_bytes())
        if page["of"] != _page_key(options) or page["size"] != [size.columns, size.lines]:
            return None
        lines = [printable(line, size.columns) for line in page["lines"][: size.lines]]
        attributes = termios.tcgetattr(sys.__stdin__.fileno())  # type: ignore[union-attr]
        quiet = [*attributes]
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, quiet)  # type: ignore[union-attr]
        painted = "".join(f"\x1b[{y};1H{line.rstrip()}" for y, line in enumerate(lines, 1) if line.strip())
        os.write(_screen(), (_ENTER + painted).encode("utf-8", "replace"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, termios.error):
        return None
    return Splash(lines, (size.columns, size.lines), attributes)


def _screen() -> int:
    return sys.__stderr__.fileno()  # type: ignore[union-attr]


def _page_key(options: StartOptions) -> list[Any]:
    """Return what a page depends on: when any of it changes, the page is not shown."""
    path = find_config_path(options.config).absolute()
    sources = (path, path.parent / _ACCOUNTS)
    stamps = [entry.stat().st_mtime_ns if entry.exists() else 0 for entry in sources]
    colours = bool(os.environ.get("NO_COLOR"))
    return [__version__, str(path), stamps, [*options.accounts], options.read_only, colours]
