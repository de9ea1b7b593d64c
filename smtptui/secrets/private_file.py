"""Read files that contain secrets, and refuse those that other users may access."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

MAX_BYTES = 64 * 1024


class NotPrivateError(Exception):
    """The file is not private: the reason, and the command that fixes it."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def chmod_command(path: Path, mode: str = "600") -> str:
    """Return the command that makes a file private."""
    return f"chmod {mode} {shlex.quote(str(path))}"


def read_private_bytes(path: Path) -> bytes:
    """Return the content of a regular file that belongs to this user or root and that nobody else may access.

    Symbolic links are followed; the rules are checked on the opened file. Raise NotPrivateError, or OSError where
    the file cannot be read.
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
            f"its mode is {stat.S_IMODE(status.st_mode):04o}, so other users may access it",
            chmod_command(path),
        )


def read_secret_file(path: Path) -> str:
    """Return the text of a private file without one trailing newline. Raise as `read_private_bytes`, or UnicodeError."""
    return strip_newline(read_private_bytes(path).decode("utf-8"))


def strip_newline(text: str) -> str:
    """Return the text without one trailing newline (LF or CR LF)."""
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
