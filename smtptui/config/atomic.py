"""Write a file atomically."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotRegularFileError(OSError):
    """The path exists and is not a regular file, so it must not be replaced."""


def resolve_links(path: Path) -> Path:
    """Return the path with symbolic links resolved; the file need not exist."""
    return Path(os.path.realpath(path))


def require_regular_file(path: Path) -> None:
    """Raise NotRegularFileError for an existing path that is no regular file, OSError where that is not known."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        return
    if kind != stat.S_IFREG:
        raise NotRegularFileError(
            errno.EINVAL, f"it is {_KINDS.get(kind, 'something else')}, not a regular file"
        )


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace `path` by a complete new file of this mode, whatever the umask; on failure the old file stays.

    A symbolic link stays, and the file it points to is replaced. Raise NotRegularFileError, or OSError.
    """
    require_regular_file(path)
    path = resolve_links(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, mode)
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    # Some file systems cannot sync a directory; the file itself is on disk already.
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
