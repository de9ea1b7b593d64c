"""Secret references in a configuration file: parsed at once, so that no later step holds what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smtptui.config.diagnostics import Problems
from smtptui.config.endpoints import resolve_path
from smtptui.config.files import ConfigFile
from smtptui.model.errors import UsageError
from smtptui.secrets.private_file import chmod_command
from smtptui.secrets.reference import REFERENCE_FORMS, Reference, Scheme, parse_reference


@dataclass(slots=True)
class ReferenceReader:
    """Turns texts into references. `base` is where relative `file:` paths begin."""

    base: Path
    problems: Problems
    _told: set[Path] = field(default_factory=set)

    def read(self, raw: object, source: ConfigFile, key: Sequence[str]) -> Reference | None:
        """The reference, or None with a problem added. `inline:` needs a private file, told once a file."""
        if not isinstance(raw, str):
            self.problems.add(
                source.path, key, "must be a secret reference in quotes", f"Allowed: {REFERENCE_FORMS}."
            )
            return None
        try:
            reference = parse_reference(raw)
        except UsageError as error:
            self.problems.add(source.path, key, _in_config(error.message), error.hint)
            return None
        if reference.scheme is Scheme.INLINE and not source.is_private:
            if source.path not in self._told:
                self._told.add(source.path)
                self.problems.add(
                    source.path,
                    key,
                    f"is inline: in a file of mode {source.mode:04o}, which others may touch",
                    chmod_command(source.path),
                )
            return None
        if reference.scheme is Scheme.FILE:
            return Reference(Scheme.FILE, str(resolve_path(reference.body, self.base)))
        return reference


def _in_config(message: str) -> str:
    if message.startswith("This is not"):
        return "is not a secret reference"
    return "has a reference that is not usable: " + message.removeprefix("The reference ").rstrip(".")
