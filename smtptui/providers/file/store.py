"""The file on disk: read whole, written atomically with mode 0600, one writer at a time."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

from smtptui.config.atomic import NotAFileError, led_to, write_atomically
from smtptui.config.diagnostics import Problems
from smtptui.config.source import read_bytes
from smtptui.model.display import printable
from smtptui.model.errors import LockedError, UnavailableError, UsageError
from smtptui.providers.file.document import Document, read, unusable, written
from smtptui.providers.file.record import Record

MAX_BYTES = 64 << 20
MODE = 0o600
WAIT = 10.0
"""Seconds to wait for another writer."""
_LOOK_AGAIN = 0.02


class FileStore:
    """One file. Keeps what it read last, so that a file that did not change is not parsed twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last = Document()

    def read(self) -> Document:
        """What the file holds now; nothing where there is none. Raises ConfigurationError."""
        if not os.path.lexists(self.path):
            return Document()
        problems = Problems()
        found = read_bytes(self.path, problems, MAX_BYTES)
        if found is None:
            raise unusable(self.path, problems)
        mode, data = found
        if (mode, data) != (self._last.mode, self._last.data):
            self._last = read(self.path, mode, data)
        return self._last

    def write(self, records: Iterable[Record]) -> Document:
        """Replace the whole file. Raises UnavailableError; the old file stays then."""
        records = tuple(records)
        data = written(records)
        write_file(self.path, data)
        self._last = Document(records, data, MODE)
        return self._last


def write_file(path: Path, data: bytes) -> None:
    """Replace a file whole or not at all, mode 0600, in a directory made if need be.

    Raises UnavailableError, and UsageError for what is no regular file. Where the path is a symbolic link, the file that it leads to is replaced, and the link stays.
    """
    try:
        led_to(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, data, MODE)
    except NotAFileError as problem:
        raise not_a_file(path, problem) from None
    except OSError as error:
        raise UnavailableError(
            f"The file {printable(str(path))} cannot be written ({error.strerror}).",
            operation="write the file",
            hint="Check the directory, its owner and the space left.",
        ) from None


@contextlib.asynccontextmanager
async def only_writer(path: Path, wait: float = WAIT) -> AsyncGenerator[None, None]:
    """Keep every other writer of smtptui away from the directory of a file. Waits up to `wait` seconds.

    The directory is locked, not the file: an atomic write puts another file in its place. The kernel lets go
    of the lock when the process ends. Raises LockedError, UnavailableError.
    """
    try:
        descriptor = os.open(led_to(path).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UnavailableError(
            f"The directory of {printable(str(path))} cannot be used ({error.strerror}).",
            operation="write the file",
            hint="Make the directory first, or check who may use it.",
        ) from None
    try:
        deadline = time.monotonic() + wait
        while not _locked(descriptor, path):
            if time.monotonic() > deadline:
                raise LockedError(
                    f"Somebody else is writing to {printable(str(path))}, or beside it.",
                    operation="write the file",
                    hint="Try again when the other run is done.",
                )
            await asyncio.sleep(_LOOK_AGAIN)
        yield
    finally:
        os.close(descriptor)


def not_a_file(path: Path, problem: NotAFileError) -> UsageError:
    """The error that a path is told with where no file can be."""
    return UsageError(
        f"The file {printable(str(path))} cannot be written: {problem.strerror}.",
        operation="write the file",
        hint="Name a file.",
    )


def _locked(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise UnavailableError(
            f"The directory of {printable(str(path))} cannot be locked ({error.strerror}).",
            operation="write the file",
            hint="Use a directory on a local disk.",
        ) from None
    return True
