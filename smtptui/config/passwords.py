"""Read `[passwords]`: references to passwords that a provider does not return."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile
from smtptui.config.references import ReferenceReader
from smtptui.model.address import FILE_ID_SEPARATOR, is_file_account
from smtptui.model.nearest import suggest
from smtptui.secrets.reference import Reference

_FORMS = 'Write "ACCOUNT/ID" or "USER@HOST" = "env:NAME".'


def read_passwords(
    raw: object,
    accounts: Collection[str],
    file: ConfigFile,
    references: ReferenceReader,
    problems: Problems,
) -> Mapping[str, Reference]:
    """Return references by "ACCOUNT/ID", "file:PATH#ID", or "USER@HOST" with the host in lower case."""
    if not isinstance(raw, Mapping):
        problems.add(file.path, ("passwords",), "must be a table", _FORMS)
        return {}
    found: dict[str, Reference] = {}
    for name, value in raw.items():
        key = ("passwords", name)
        reference = references.read(value, file, key)
        target = _target(name, accounts)
        if target is None:
            account, slash, _ = name.partition("/")
            if slash and "@" not in name:
                problems.add(
                    file.path, key, "names an account that is not configured", suggest(account, accounts)
                )
            else:
                problems.add(file.path, key, "is neither ACCOUNT/ID nor USER@HOST", _FORMS)
        elif target in found:
            problems.add(file.path, key, "names the same credential as another key", "Keep one of them.")
        elif reference is not None:
            found[target] = reference
    return found


def _target(name: str, accounts: Collection[str]) -> str | None:
    if is_file_account(name):
        return name if FILE_ID_SEPARATOR in name and name.rpartition(FILE_ID_SEPARATOR)[2] else None
    account, slash, id = name.partition("/")
    if slash and id and account in accounts:
        return name
    user, at, host = name.rpartition("@")
    if at and user and host and "/" not in host and not any(character.isspace() for character in host):
        return f"{user}@{host.lower()}"
    return None
