"""What is left of a crash: a report without local variables, redacted, readable by its owner only."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from smtptui import __version__


def report_text(error: BaseException, redact: Callable[[str], str]) -> str:
    """The traceback: file names, lines and messages, never local variables."""
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    about = f"smtptui {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n"
    return redact(about + told)


def write_report(error: BaseException, redact: Callable[[str], str], folder: Path | None) -> Path | None:
    """Write a new file of mode 0600 and return its path; None when it cannot be written."""
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix="smtptui-crash-", suffix=".txt", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report_text(error, redact))
    except OSError:
        return None
    return Path(name)


def place_of(error: BaseException) -> tuple[str, ...]:
    """Its kind and the line of code it comes from: the same for the same mistake made again."""
    frames = traceback.extract_tb(error.__traceback__)
    return (type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames[-1:]))
