"""The two streams: results to stdout, everything else to stderr, and no secret on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Protocol, TextIO

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError

PROGRESS_WIDTH = 78


class TextRedactor(Protocol):
    """Removes the secrets of this process from a text."""

    def redact(self, text: str) -> str: ...


class OutputClosed(Exception):
    """Nobody reads stdout any more, and the rest of the work was only for the reader."""


class OutputError(SmtptuiError):
    """The results could not be written to stdout."""

    kind = "output"


def discard_stream(stream: TextIO) -> None:
    """Send what the stream still buffers to the null device, so that flushing it does not raise again."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def replace_closed_streams() -> None:
    """Replace standard streams that the parent process closed: stdin is at its end, writes to stdout fail.

    Without this their numbers would go to the next opened files, the local state among them, and anything a library
    writes to stderr would end up there.
    """
    for name, flags, mode in (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", os.O_RDONLY, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            # The lowest free number is that of the closed stream.
            number = os.open(os.devnull, flags)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


class Output:
    """Where a command writes. `redactor` is set once a workspace is open."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None, *, quiet: bool = False) -> None:
        self._out = sys.stdout if out is None else out
        self._err = sys.stderr if err is None else err
        self.quiet = quiet
        self.state_dir: str | None = None
        self.redactor: TextRedactor | None = None
        self.is_closed = False
        """Nothing more is written to stdout: its reader is gone, or a write failed."""
        self.failure: OutputError | None = None
        """Why results are missing on stdout."""
        self._progress = ""
        for stream in (self._out, self._err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    @property
    def shows_progress(self) -> bool:
        return not self.quiet and self._err.isatty()

    def write(self, text: str) -> None:
        """Write results unchanged. Once the reader is gone nothing is written, and work continues."""
        if self.is_closed:
            return
        try:
            self._out.write(text)
        except OSError as error:
            self.stop_writing(error)

    def write_line(self, text: str = "") -> None:
        """Write one line of results for a person, without control characters."""
        if self._progress and self._out.isatty():
            self.show_progress("")
        self.write(printable(text, None) + "\n")

    def flush(self) -> None:
        if self.is_closed:
            return
        try:
            self._out.flush()
        except OSError as error:
            self.stop_writing(error)

    def raise_if_unread(self) -> None:
        """Raise OutputClosed when nobody reads: for commands that only read."""
        if self.is_closed:
            raise OutputClosed

    def stop_writing(self, error: OSError) -> None:
        """Write nothing to stdout from now on, because of `error`."""
        self.is_closed = True
        if not isinstance(error, BrokenPipeError):
            self.failure = OutputError(
                f"The output could not be written: {error.strerror or type(error).__name__}.",
                operation="write the output",
                hint="The command itself is not undone. Free space where its output goes, or redirect it.",
            )
        discard_stream(self._out)

    def write_error(self, text: str) -> None:
        """Write one line to stderr, redacted and without control characters."""
        self.show_progress("")
        if self.redactor is not None:
            text = self.redactor.redact(text)
        self._write_stderr(printable(text, None) + "\n")

    def warn(self, text: str) -> None:
        """Write what the user must know about what was done."""
        self.write_error(f"Warning: {text}")

    def note(self, text: str) -> None:
        """Write what is good to know; --quiet omits it."""
        if not self.quiet:
            self.write_error(text)

    def ask(self, text: str) -> None:
        """Write a question, without a line end."""
        self.show_progress("")
        self._write_stderr(printable(text, None) + " ")

    def show_progress(self, text: str) -> None:
        """Replace the progress line; an empty text removes it. Without a terminal nothing is written."""
        if not self.shows_progress or (not text and not self._progress):
            return
        shown = printable(text, PROGRESS_WIDTH)
        self._write_stderr(f"\r\x1b[K{shown}")
        self._progress = shown

    def _write_stderr(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._err.write(text)
            self._err.flush()
