"""The two streams: results to stdout, everything else to stderr, and no secret on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Protocol, TextIO

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError


class TextRedactor(Protocol):
    """What knows the secrets of this run."""

    def redact(self, text: str) -> str: ...


class OutputClosed(Exception):
    """Nobody reads stdout any more, and what is left to do was only for the reader."""


class OutputError(SmtptuiError):
    """The results could not be written to stdout."""

    kind = "output"


def discard_stream(stream: TextIO) -> None:
    """What the stream still buffers must not raise again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class Output:
    """Where a command writes. `redactor` is set once a workspace is open."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None, *, quiet: bool = False) -> None:
        self._out = sys.stdout if out is None else out
        self._err = sys.stderr if err is None else err
        self.quiet = quiet
        self.state_dir: str | None = None
        self.redactor: TextRedactor | None = None
        self.is_closed = False
        self.failure: OutputError | None = None
        """Why results are missing on stdout; nothing more is written there then, as after the reader went away."""
        self._progress = ""
        for stream in (self._out, self._err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    @property
    def shows_progress(self) -> bool:
        """Progress shows only on a terminal."""
        return not self.quiet and self._err.isatty()

    def write(self, text: str) -> None:
        """Write results as they are; after the reader went away nothing is written, and work goes on."""
        if self.is_closed:
            return
        try:
            self._out.write(text)
        except OSError as error:
            self.stop_writing(error)

    def write_line(self, text: str = "") -> None:
        """One line of results for a person, harmless to show."""
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
        """Raise ReaderGone when nobody reads: for commands that only read."""
        if self.is_closed:
            raise OutputClosed

    def stop_writing(self, error: OSError) -> None:
        """Nothing is written to stdout any more, where `error` came of it."""
        self.is_closed = True
        if not isinstance(error, BrokenPipeError):
            self.failure = OutputError(
                f"The output could not be written: {error.strerror or type(error).__name__}.",
                operation="write the output",
                hint="What the command did stands. Make room where its output goes, or send it elsewhere.",
            )
        discard_stream(self._out)

    def write_error(self, text: str) -> None:
        """One line to stderr, redacted and harmless to show."""
        self.show_progress("")
        if self.redactor is not None:
            text = self.redactor.redact(text)
        with contextlib.suppress(OSError, ValueError):
            self._err.write(printable(text, None) + "\n")
            self._err.flush()

    def warn(self, text: str) -> None:
        """Something a person must know about what was done."""
        self.write_error(f"Warning: {text}")

    def note(self, text: str) -> None:
        """Something good to know; --quiet leaves it out."""
        if not self.quiet:
            self.write_error(text)

    def ask(self, text: str) -> None:
        """A question, without the end of the line."""
        self.show_progress("")
        with contextlib.suppress(OSError, ValueError):
            self._err.write(printable(text, None) + " ")
            self._err.flush()

    def show_progress(self, text: str) -> None:
        """Replace the progress line; empty removes it. Does nothing without a terminal."""
        if not self.shows_progress or (not text and not self._progress):
            return
        shown = printable(text, 78)
        with contextlib.suppress(OSError, ValueError):
            self._err.write(f"\r\x1b[K{shown}")
            self._err.flush()
        self._progress = shown
