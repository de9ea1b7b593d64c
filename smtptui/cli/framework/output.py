"""The two streams: results to stdout, everything else to stderr, and no secret on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Protocol, TextIO

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError


class Redacts(Protocol):
    """What knows the secrets of this run."""

    def redact(self, text: str) -> str: ...


class ReaderGone(Exception):
    """Nobody reads stdout any more, and what is left to do was only for the reader."""


class UnwrittenError(SmtptuiError):
    """The results could not be written to stdout."""

    kind = "output"


def lead_nowhere(stream: TextIO) -> None:
    """What the stream still buffers must not raise again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class Streams:
    """Where a command writes. `redactor` is set once a workspace is open."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None, *, quiet: bool = False) -> None:
        self._out = sys.stdout if out is None else out
        self._err = sys.stderr if err is None else err
        self.quiet = quiet
        self.state_dir: str | None = None
        self.redactor: Redacts | None = None
        self.reader_gone = False
        self.unwritten: UnwrittenError | None = None
        """Why results are missing on stdout; nothing more is written there then, as after the reader went away."""
        self._progress = ""
        for stream in (self._out, self._err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    @property
    def progress_wanted(self) -> bool:
        """Progress shows only on a terminal."""
        return not self.quiet and self._err.isatty()

    def out(self, text: str) -> None:
        """Write results as they are; after the reader went away nothing is written, and work goes on."""
        if self.reader_gone:
            return
        try:
            self._out.write(text)
        except OSError as error:
            self.stop_writing(error)

    def line(self, text: str = "") -> None:
        """One line of results for a person, harmless to show."""
        if self._progress and self._out.isatty():
            self.progress("")
        self.out(printable(text, None) + "\n")

    def flush(self) -> None:
        if self.reader_gone:
            return
        try:
            self._out.flush()
        except OSError as error:
            self.stop_writing(error)

    def stop_when_unread(self) -> None:
        """Raise ReaderGone when nobody reads: for commands that only read."""
        if self.reader_gone:
            raise ReaderGone

    def stop_writing(self, error: OSError) -> None:
        """Nothing is written to stdout any more, where `error` came of it."""
        self.reader_gone = True
        if not isinstance(error, BrokenPipeError):
            self.unwritten = UnwrittenError(
                f"The output could not be written: {error.strerror or type(error).__name__}.",
                operation="write the output",
                hint="What the command did stands. Make room where its output goes, or send it elsewhere.",
            )
        lead_nowhere(self._out)

    def err(self, text: str) -> None:
        """One line to stderr, redacted and harmless to show."""
        self.progress("")
        if self.redactor is not None:
            text = self.redactor.redact(text)
        with contextlib.suppress(OSError, ValueError):
            self._err.write(printable(text, None) + "\n")
            self._err.flush()

    def warn(self, text: str) -> None:
        """Something a person must know about what was done."""
        self.err(f"Warning: {text}")

    def notice(self, text: str) -> None:
        """Something good to know; --quiet leaves it out."""
        if not self.quiet:
            self.err(text)

    def ask_line(self, text: str) -> None:
        """A question, without the end of the line."""
        self.progress("")
        with contextlib.suppress(OSError, ValueError):
            self._err.write(printable(text, None) + " ")
            self._err.flush()

    def progress(self, text: str) -> None:
        """Replace the progress line; empty removes it. Does nothing without a terminal."""
        if not self.progress_wanted or (not text and not self._progress):
            return
        shown = printable(text, 78)
        with contextlib.suppress(OSError, ValueError):
            self._err.write(f"\r\x1b[K{shown}")
            self._err.flush()
        self._progress = shown
