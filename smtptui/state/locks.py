"""Named locks between processes; the kernel releases them when their process ends, however it ends."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from pathlib import Path

from smtptui.model.display import printable
from smtptui.model.errors import StateError


class Lock:
    """A lock that is held until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class Locks:
    """Named locks, one file each in `directory`, mode 0600. A name may contain any character."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def acquire(self, name: str, holder: str) -> Lock | None:
        """Acquire the lock and write `holder` into it for others to read; None when somebody holds it.

        Raise StateError when the directory cannot be written.
        """
        path = self._path(name)
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as problem:
            raise StateError(
                f"The lock file {path} cannot be created: {problem}.",
                hint="Name a directory you can write to with --state-dir.",
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, holder.encode(), 0)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return Lock(descriptor)

    def is_held(self, name: str) -> bool:
        """Return whether somebody holds the lock."""
        try:
            descriptor = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def read_holder(self, name: str) -> str:
        """Return what the last holder wrote into the lock."""
        try:
            return printable(self._path(name).read_text(errors="replace"), 200)
        except OSError:
            return ""

    def _path(self, name: str) -> Path:
        legible = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:60]
        return self._directory / f"{legible}-{hashlib.sha256(name.encode()).hexdigest()[:12]}.lock"
