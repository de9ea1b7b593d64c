"""Write crash reports: redacted, without local variables, readable by the owner only."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from smtptui import __version__


def format_report(error: BaseException, redact: Callable[[str], str]) -> str:
    """Format the traceback: file names, lines and messages, never local variables."""
    trace = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    header = f"smtptui {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n"
    return redact(header + trace)


def write_report(error: BaseException, redact: Callable[[str], str], folder: Path | None) -> Path | None:
    """Write a new file with mode 0600. Returns its path, None when it cannot be written."""
    import tempfile

    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix="smtptui-crash-", suffix=".txt", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(format_report(error, redact))
    except OSError:
        return None
    return Path(name)


class CrashReports:
    """The crash reports of one session: an exception from the same line of code is reported once."""

    def __init__(self, redact: Callable[[str], str], folder: Path) -> None:
        self._redact = redact
        self._folder = folder
        self._written: dict[tuple[str, ...], Path | None] = {}

    def report(self, error: Exception) -> Path | None:
        """Return the path of its report, writing it the first time; None when it cannot be written."""
        frames = traceback.extract_tb(error.__traceback__)
        key = (type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames[-1:]))
        if key not in self._written:
            self._written[key] = write_report(error, self._redact, self._folder)
        return self._written[key]
