"""The file on disk: read whole, written atomically with mode 0600, one writer at a time."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

from smtptui.config.atomic import NotRegularFileError, resolve_links, write_atomically
from smtptui.config.diagnostics import Problems
from smtptui.config.files import read_file_bytes
from smtptui.model.display import printable
from smtptui.model.errors import LockedError, UnavailableError, UsageError
from smtptui.providers.file.document import FileContents, parse, serialize, unusable_file_error
from smtptui.providers.file.record import Record

MAX_FILE_BYTES = 64 << 20
FILE_MODE = 0o600
LOCK_TIMEOUT = 10.0
"""Seconds to wait for another writer."""
_LOCK_POLL_INTERVAL = 0.02


class FileStore:
    """One file. Caches the last contents, so that an unchanged file is not parsed twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last = FileContents()

    def read(self) -> FileContents:
        """Read the file; a missing file is empty. Raises ConfigurationError."""
        if not os.path.lexists(self.path):
            return FileContents()
        problems = Problems()
        found = read_file_bytes(self.path, problems, MAX_FILE_BYTES)
        if found is None:
            raise unusable_file_error(self.path, problems)
        mode, data = found
        if (mode, data) != (self._last.mode, self._last.data):
            self._last = parse(self.path, mode, data)
        return self._last

    def write(self, records: Iterable[Record]) -> FileContents:
        """Replace the whole file. Raises UnavailableError, which leaves the old file unchanged."""
        records = tuple(records)
        data = serialize(records)
        write_file(self.path, data)
        self._last = FileContents(records, data, FILE_MODE)
        return self._last


def write_file(path: Path, data: bytes) -> None:
    """Replace a file atomically with mode 0600, creating its directory. Symbolic links are followed.

    Raises UnavailableError, and UsageError for anything but a regular file.
    """
    try:
        resolve_links(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, data, FILE_MODE)
    except NotRegularFileError as problem:
        raise not_regular_file_error(path, problem) from None
    except OSError as error:
        raise UnavailableError(
            f"The file {printable(str(path))} cannot be written ({error.strerror}).",
            operation="write the file",
            hint="Check the directory, its owner and the free space.",
        ) from None


@contextlib.asynccontextmanager
async def write_lock(path: Path, wait: float = LOCK_TIMEOUT) -> AsyncGenerator[None, None]:
    """Lock the directory of a file against other writers of smtptui, waiting up to `wait` seconds.

    The directory is locked, not the file, because an atomic write replaces the file. The kernel releases the lock
    when the process ends. Raises LockedError, UnavailableError.
    """
    try:
        descriptor = os.open(resolve_links(path).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UnavailableError(
            f"The directory of {printable(str(path))} cannot be used ({error.strerror}).",
            operation="write the file",
            hint="Create the directory, or check its permissions.",
        ) from None
    try:
        deadline = time.monotonic() + wait
        while not _try_lock(descriptor, path):
            if time.monotonic() > deadline:
                raise LockedError(
                    f"Another smtptui is writing to {printable(str(path))} or its directory.",
                    operation="write the file",
                    hint="Try again when the other one has finished.",
                )
            await asyncio.sleep(_LOCK_POLL_INTERVAL)
        yield
    finally:
        os.close(descriptor)


def not_regular_file_error(path: Path, problem: NotRegularFileError) -> UsageError:
    """Build the error for a path that cannot be a regular file."""
    return UsageError(
        f"The file {printable(str(path))} cannot be written: {problem.strerror}.",
        operation="write the file",
        hint="Use the path of a regular file.",
    )


def _try_lock(descriptor: int, path: Path) -> bool:
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
