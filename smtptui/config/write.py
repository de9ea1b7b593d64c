"""Write a commented starter, and accounts added on screen. A hand-written file is never changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from smtptui.config.accounts import ACCOUNT_NAME_HINT, account_file, find_account_name_problem
from smtptui.config.atomic import write_atomically
from smtptui.model.display import printable
from smtptui.model.errors import ConfigurationError, UsageError
from smtptui.secrets.reference import Reference, Scheme
from smtptui.secrets.secret import Secret

_STARTER = """\
# smtptui: the accounts to manage. `smtptui config check` reports problems of this file.
# Write references, never the secrets themselves:
#   env:NAME   file:PATH (mode 0600)   cmd:COMMAND ARG   keyring:SERVICE/USER   prompt:

# [accounts.acme-blue]
# provider = "blue"
# company_id = "acme"
# token_id = "env:SMTPTUI_ACME_BLUE_TOKEN_ID"
# token_secret = "cmd:pass show acme/blue"

# [accounts.acme-sendmux]
# provider = "sendmux"
# api_key = "file:~/.config/smtptui/acme-sendmux.key"

# [accounts.acme-kept]
# provider = "file"
# path = "acme-credentials.toml"

# Passwords that a provider does not return:
# [passwords]
# "acme-sendmux/ACCOUNT-ID" = "prompt:"
# "ops@example.com@smtp.example.com" = "keyring:smtptui/ops@example.com"
"""


def write_starter(path: Path) -> None:
    """Write the starter with mode 0600. Raise ConfigurationError where a file exists, or cannot be created."""
    if path.exists() or path.is_symlink():
        raise ConfigurationError(
            f"There is already a configuration at {path}; it was not changed.",
            operation="config init",
            hint="Edit it, or name another file with --config.",
        )
    _write(path, _STARTER.encode(), "config init")


def write_account(config_path: Path, name: str, provider: str, settings: Mapping[str, object]) -> Path:
    """Write `[accounts.NAME]` into its own file in `accounts.d`, mode 0600; return its path.

    `settings` holds every key but `provider`: text, numbers, booleans, tables of text, and a Reference for a
    secret; None is left out. Raise UsageError for an invalid name or value, ConfigurationError when the file cannot
    be written.
    """
    if wrong := find_account_name_problem(name):
        raise UsageError(f"{printable(name, 80)!r} {wrong}.", hint=ACCOUNT_NAME_HINT, field="name")
    import tomli_w

    table: dict[str, object] = {"provider": provider}
    table |= {key: _plain(key, value) for key, value in settings.items() if value is not None}
    path = account_file(config_path, name)
    _write(path, tomli_w.dumps({"accounts": {name: table}}).encode(), "write the account")
    return path


def _plain(key: str, value: object) -> object:
    if isinstance(value, Secret) or (isinstance(value, Reference) and value.scheme is Scheme.INLINE):
        raise UsageError(
            f"{key} is a secret itself and was not written.",
            hint="Give a reference: env:, file:, cmd:, keyring: or prompt:.",
            field=key,
        )
    if isinstance(value, Reference):
        return value.text
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(f"{key}.{name}", inner) for name, inner in value.items()}
    if isinstance(value, str) and value.startswith("inline:"):
        return _plain(key, Secret(""))
    if isinstance(value, (str, bool, int, float)):
        return value
    raise UsageError(f"{key} has a value that a configuration cannot contain.", field=key)


def _write(path: Path, data: bytes, operation: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, data)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}); nothing was changed.",
            operation=operation,
            hint="Check the directory, its owner and the free space.",
        ) from None
