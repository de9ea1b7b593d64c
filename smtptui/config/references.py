"""Parse the secret references of a configuration file at once: no later step holds the raw text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile
from smtptui.config.paths import resolve_path
from smtptui.model.errors import UsageError
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
