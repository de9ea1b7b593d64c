"""A report of an unexpected exception: where it came from, without locals and without arguments."""

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

    The text of an exception may quote what it failed on, so it is kept only when a redactor saw it.
    """
    from datetime import UTC, datetime

    try:
        target = _state_folder(folder)
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
        said = f": {redactor.redact(str(current))}" if redactor is not None else ""
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}{said}")
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or current.__context__
    return "\n".join(lines) + "\n"


def _state_folder(explicit: str | None) -> Path:
    from smtptui.config.paths import find_state_dir

    return find_state_dir(explicit)


def install_hooks() -> None:
    """What escapes everywhere else ends in a report too, never in a traceback with values on stderr."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        place = write_crash_report(error, None)
        sys.stderr.write(f"Error: internal error ({kind.__name__}); report: {place}\n")

    sys.excepthook = hook
    import threading

    threading.excepthook = lambda told: hook(
        told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
    )
