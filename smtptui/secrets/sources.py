"""Read the secrets that need neither a user nor another program: `env:` and `file:`."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING

from smtptui.model.display import printable
from smtptui.model.errors import SecretMissingError
from smtptui.secrets.reference import Reference, Scheme
from smtptui.secrets.secret import MAX_SECRET_BYTES, Secret

if TYPE_CHECKING:
    from pathlib import Path


class SecretNotFoundError(Exception):
    """Nothing behind a reference. `reason` completes "The … cannot be read from …: "; `hint` is a full sentence."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint

    def to_error(self, reference: Reference, what: str) -> SecretMissingError:
        """Return the error for the user; `what` names the use of the secret."""
        return SecretMissingError(
            f"The {what} cannot be read from {printable(reference.text, 200)}: {self.reason}.", hint=self.hint
        )


def read_immediate_secret(reference: Reference, *, what: str) -> Secret | None:
    """Return the secret of an `env:` or `file:` reference, None for other schemes. Raise SecretMissingError."""
    try:
        if reference.scheme is Scheme.ENV:
            return Secret(read_environment(reference.body, os.environ))
        if reference.scheme is Scheme.FILE:
            return Secret(read_file(reference.body))
    except SecretNotFoundError as missing:
        error = missing.to_error(reference, what)
    else:
        return None
    raise error


def read_environment(name: str, environ: Mapping[str, str]) -> str:
    """Return the value of a variable. Raise SecretNotFoundError."""
    value = environ.get(name)
    if not value:
        state = "not set" if value is None else "empty"
        raise SecretNotFoundError(
            f"the environment variable {name} is {state}",
            f"Set {name} in the environment, or name another reference.",
        )
    return value


def read_file(body: str) -> str:
    """Return the text of a private file without one trailing newline (LF or CR LF). Raise SecretNotFoundError.

    A relative path starts at the working directory.
    """
    try:
        # pathlib is slow to import, and a single probe is short.
        text = _read_private_bytes(os.path.expanduser(body)).decode("utf-8")  # noqa: PTH111
    except UnicodeDecodeError:
        raise SecretNotFoundError(
            "it is not UTF-8 text", "Name a file that contains only the secret."
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not usable"
        hint = "Check the path and its permissions."
        raise SecretNotFoundError(reason[0].lower() + reason[1:], hint) from None
    text = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
    if not text:
        raise SecretNotFoundError("the file is empty", "Write the secret into it.")
    return text


def chmod_command(path: Path | str, mode: str = "600") -> str:
    """Return the command that makes a file private."""
    return f"chmod {mode} {shlex.quote(str(path))}"


def _read_private_bytes(path: str) -> bytes:
    """Return the content of a regular file that belongs to this user or root and that nobody else may access.

    Symbolic links are followed; the rules are checked on the opened file.
    """
    # O_NONBLOCK: opening a FIFO without a writer must not hang.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _check_private(path, os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            data = stream.read(MAX_SECRET_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_SECRET_BYTES:
        raise SecretNotFoundError(
            f"it is larger than {MAX_SECRET_BYTES // 1024} KiB", "Is it the right file?"
        )
    return data


def _check_private(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SecretNotFoundError("it is not a regular file", "Name a regular file.")
    if status.st_uid not in (os.geteuid(), 0):
        owner_command = f"chown {os.geteuid()} {shlex.quote(path)}"
        raise SecretNotFoundError("it belongs to another user", f"Take it over: {owner_command}")
    if status.st_mode & 0o077:
        mode = f"{stat.S_IMODE(status.st_mode):04o}"
        raise SecretNotFoundError(f"its mode is {mode}, so other users may access it", chmod_command(path))
