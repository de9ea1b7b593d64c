"""Reading a file that holds a secret, and refusing one that others may read."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

MAX_BYTES = 64 * 1024


class NotPrivateError(Exception):
    """Why a file is not read, and the line that mends it."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def chmod_command(path: Path, mode: str = "600") -> str:
    """The command that makes a file private."""
    return f"chmod {mode} {shlex.quote(str(path))}"


def read_private_bytes(path: Path) -> bytes:
    """The content of a regular file that belongs to this user or root and that nobody else may touch.

    A symbolic link is followed; the rules hold for what it leads to, and are checked on the opened file.
    Raises NotPrivateError, and OSError where the file cannot be opened or read.
    """
    # O_NONBLOCK: opening a FIFO without a writer must not hang
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _refuse_shared(path, os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            data = stream.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise NotPrivateError(f"it is larger than {MAX_BYTES // 1024} KiB", "Is it the right file?")
    return data


def _refuse_shared(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotPrivateError("it is not a regular file", "Name a regular file.")
    if status.st_uid not in (os.geteuid(), 0):
        raise NotPrivateError(
            "it belongs to another user", f"Take it over: chown {os.geteuid()} {shlex.quote(str(path))}"
        )
    if status.st_mode & 0o077:
        raise NotPrivateError(
            f"its mode is {stat.S_IMODE(status.st_mode):04o}, so others may use it", chmod_command(path)
        )


def read_secret_file(path: Path) -> str:
    """The text of a private file without exactly one trailing newline. Raises as read_private, UnicodeError."""
    return strip_newline(read_private_bytes(path).decode("utf-8"))


def strip_newline(text: str) -> str:
    """The text without one trailing newline (LF or CR LF)."""
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
