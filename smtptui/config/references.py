"""Parse secret references, and `[passwords]`, at once: no later step holds the raw text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile
from smtptui.config.paths import resolve_path
from smtptui.model.address import FILE_ID_SEPARATOR, is_file_account
from smtptui.model.errors import UsageError
from smtptui.model.nearest import suggest
from smtptui.secrets.reference import REFERENCE_FORMS, Reference, Scheme, parse_reference
from smtptui.secrets.sources import chmod_command


@dataclass(slots=True)
class ReferenceReader:
    """Parses references. Relative `file:` paths start at `base`."""

    base: Path
    problems: Problems
    _reported: set[Path] = field(default_factory=set)

    def read(self, raw: object, file: ConfigFile, key: Sequence[str]) -> Reference | None:
        """Return the reference, or None with a problem added. A file too open for `inline:` is reported once."""
        if not isinstance(raw, str):
            self.problems.add(
                file.path, key, "must be a secret reference in quotes", f"Allowed: {REFERENCE_FORMS}."
            )
            return None
        try:
            reference = parse_reference(raw)
        except UsageError as error:
            self.problems.add(file.path, key, _in_config(error.message), error.hint)
            return None
        if reference.scheme is Scheme.INLINE and not file.is_private:
            if file.path not in self._reported:
                self._reported.add(file.path)
                self.problems.add(
                    file.path,
                    key,
                    f"is inline: in a file of mode {file.mode:04o}, which other users may access",
                    chmod_command(file.path),
                )
            return None
        if reference.scheme is Scheme.FILE:
            return Reference(Scheme.FILE, str(resolve_path(reference.body, self.base)))
        return reference


def _in_config(message: str) -> str:
    if message.startswith("This is not"):
        return "is not a secret reference"
    return "has an invalid reference: " + message.removeprefix("The reference ").rstrip(".")


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
