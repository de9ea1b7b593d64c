"""Writes a report of an unexpected exception: its stack, without locals and without arguments."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from smtptui.cli.framework.output import TextRedactor


def write_crash_report(
    error: BaseException, redactor: TextRedactor | None, folder: str | None = None
) -> Path | None:
    """Write the report (mode 0600) into the state directory and return its path; None when that fails.

    The message of an exception may quote its input, so the report has it only when a redactor is given.
    """
    from datetime import UTC, datetime

    try:
        from smtptui.config.paths import find_state_dir

        target = find_state_dir(folder)
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = target / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(_report(error, redactor))
    except Exception:
        return None
    return path


def _report(error: BaseException, redactor: TextRedactor | None) -> str:
    import platform
    import traceback

    from smtptui import __version__

    lines = [f"smtptui {__version__}, Python {platform.python_version()}, {sys.platform}"]
    current: BaseException | None = error
    while current is not None:
        message = f": {redactor.redact(str(current))}" if redactor is not None else ""
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}{message}")
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or current.__context__
    return "\n".join(lines) + "\n"


def install_hooks() -> None:
    """Write a report for exceptions that nothing else catches, instead of a traceback with values on stderr."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        path = write_crash_report(error, None)
        sys.stderr.write(f"Error: internal error ({kind.__name__}); report: {path}\n")

    sys.excepthook = hook
    import threading

    threading.excepthook = lambda failure: hook(
        failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback
    )
