"""Read the secrets that need neither a user nor another program: `env:` and `file:`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from smtptui.model.display import printable
from smtptui.model.errors import SecretMissingError
from smtptui.secrets.reference import Reference, Scheme
from smtptui.secrets.secret import Secret


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
    """Return the text of a private file; a relative path starts at the working directory. Raise SecretNotFoundError."""
    from pathlib import Path

    from smtptui.secrets.private_file import NotPrivateError, read_secret_file

    try:
        path = Path(body).expanduser() if body.startswith("~") else Path(body)
        text = read_secret_file(path)
    except NotPrivateError as error:
        raise SecretNotFoundError(error.reason, error.hint) from None
    except UnicodeDecodeError:
        raise SecretNotFoundError("it is not UTF-8 text", "Name a file that holds only the secret.") from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not usable"
        raise SecretNotFoundError(
            reason[0].lower() + reason[1:], "Check the path and who may read it."
        ) from None
    if not text:
        raise SecretNotFoundError("the file is empty", "Write the secret into it.")
    return text
