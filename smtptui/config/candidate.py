"""An account that is not written yet, judged as the reader would judge it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smtptui.config.accounts import AccountReader
from smtptui.config.diagnostics import Problems
from smtptui.config.files import ACCOUNTS_DIRECTORY, ConfigFile
from smtptui.config.model import AccountConfig
from smtptui.config.references import ReferenceReader
from smtptui.model.setting import Setting


@dataclass(slots=True)
class _KeyProblems(Problems):
    """Problems by the key of the account they are about; "" for the account itself."""

    by_key: dict[str, str] = field(default_factory=dict)

    def add(self, file: Path, key: Sequence[str], problem: str, hint: str = "") -> None:
        Problems.add(self, file, key, problem, hint)
        inside = tuple(key)[2:3]
        self.by_key.setdefault(inside[0] if inside else "", f"{problem}. {hint}".strip())


def account_file(config_path: Path, name: str) -> Path:
    """Where an account that was added on screen is written."""
    return config_path.parent / ACCOUNTS_DIRECTORY / f"{name}.toml"


def check_account(
    config_path: Path,
    name: str,
    table: Mapping[str, object],
    settings_of: Callable[[str], tuple[Setting, ...] | None],
    provider_names: Collection[str],
) -> tuple[AccountConfig | None, dict[str, str]]:
    """The account that this table would make, or None and what is wrong by key ("" for the account as a whole).

    No problem repeats a value: it may be a secret in the wrong place.
    """
    problems = _KeyProblems()
    base = config_path.parent
    reader = AccountReader(base, settings_of, provider_names, ReferenceReader(base, problems), problems)
    # it would be written with mode 0600
    source = ConfigFile(account_file(config_path, name), 0o600, {"accounts": {name: dict(table)}})
    return reader.read(name, dict(table), source), problems.by_key
