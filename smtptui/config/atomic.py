"""Writing a file whole or not at all."""

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
    """Something is there that no file may take the place of."""


def resolve_links(path: Path) -> Path:
    """The file itself, wherever symbolic links lead; it need not be there."""
    return Path(os.path.realpath(path))


def require_regular_file(path: Path) -> None:
    """Raises NotAFileError where something is that is no regular file, OSError where that cannot be told."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        return
    if kind != stat.S_IFREG:
        raise NotRegularFileError(
            errno.EINVAL, f"it is {_KINDS.get(kind, 'something else')}, not a regular file"
        )


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace `path` by a complete new file of this mode, whatever the umask; on failure the old one stays.

    Where `path` is a symbolic link, the file that it leads to is replaced and the link stays. What is there and
    is no regular file is left: NotAFileError. Raises OSError.
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
    # some file systems cannot sync a directory; the file itself is already safe
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
