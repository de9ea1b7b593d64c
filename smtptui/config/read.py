"""Read the configuration: all of it or none, with every problem reported at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from smtptui.config.accounts import AccountReader, SettingsOf
from smtptui.config.diagnostics import Problems, UiProblem
from smtptui.config.files import ACCOUNTS_DIRECTORY, ConfigFile, read_config_files
from smtptui.config.model import AccountConfig, AuditConfig, Config, LimitsConfig, ProbeConfig, UiConfig
from smtptui.config.paths import find_config_path
from smtptui.config.references import ReferenceReader, read_passwords
from smtptui.config.tables import read_table
from smtptui.model.errors import UsageError
from smtptui.model.nearest import suggest
from smtptui.secrets.sources import chmod_command

FIXED_TABLES = {"probe": ProbeConfig, "audit": AuditConfig, "ui": UiConfig, "limits": LimitsConfig}
TABLE_NAMES = ("accounts", "passwords", *FIXED_TABLES)

UiCheck = Callable[[UiConfig], Iterable[UiProblem]]
"""Checks `[ui]` against the actions, keys and themes, which only the screen knows."""


def load_config(
    path: Path | None,
    settings_of: SettingsOf,
    provider_names: Collection[str],
    rules: Callable[[], Iterable[str]] | None = None,
    screen: UiCheck | None = None,
) -> Config:
    """Read `path` (None: the usual place) and the files of `accounts.d` beside it. No secret is fetched.

    `rules` names what can be suppressed; without it any name will do. Without `screen` only the shape of `[ui]`
    is checked. Raise ConfigurationError whose `details` lists every problem as {file, line, key, problem, hint};
    none of them repeats a value.
    """
    main_path = (find_config_path(None) if path is None else path).absolute()
    problems = Problems()
    files = read_config_files(main_path, problems)
    references = ReferenceReader(main_path.parent, problems)
    reader = AccountReader(main_path.parent, settings_of, provider_names, references, problems)
    accounts, names = _read_accounts(files, reader, problems)
    main = next((file for file in files if file.path == main_path), None)
    tables: dict[str, Any] = {}
    if main is not None:
        if "passwords" in main.table:
            tables["passwords"] = read_passwords(
                main.table["passwords"], frozenset(names), main, references, problems
            )
        for name, table in FIXED_TABLES.items():
            location = main.location((name,), main_path.parent, problems)
            tables[name] = read_table(table, main.table.get(name, {}), location)
        _check_suppressions(main, frozenset(names), rules, problems)
        if screen is not None and tables["ui"] is not None:
            _check_ui(tables["ui"], screen, main, problems)
    problems.raise_if_any(main_path)
    return Config(path=main_path, accounts=accounts, warnings=tuple(_warnings(files)), **tables)


def _read_accounts(
    files: Iterable[ConfigFile], reader: AccountReader, problems: Problems
) -> tuple[Mapping[str, AccountConfig], Mapping[str, Path]]:
    """Return the usable accounts, and the file of every name that is written."""
    accounts: dict[str, AccountConfig] = {}
    names: dict[str, Path] = {}
    for number, file in enumerate(files):
        known = ("accounts",) if file.path.parent.name == ACCOUNTS_DIRECTORY and number else TABLE_NAMES
        for key in file.table:
            if key not in known:
                problems.add(file.path, (key,), "is not a known key", suggest(key, known))
        table = file.table.get("accounts", {})
        if not isinstance(table, Mapping):
            problems.add(file.path, ("accounts",), "must be a table", "Write [accounts.NAME].")
            continue
        for name, raw in table.items():
            if name in names:
                problem = f"is given twice; the other one is in {names[name]}"
                problems.add(file.path, ("accounts", name), problem, "Rename or remove one of them.")
                continue
            names[name] = file.path
            account = reader.read(name, raw, file)
            if account is not None:
                accounts[name] = account
    return accounts, names


def _check_suppressions(
    file: ConfigFile,
    accounts: frozenset[str],
    rules: Callable[[], Iterable[str]] | None,
    problems: Problems,
) -> None:
    """Check rules and selectors, also of an entry in which, or beside which, something else is wrong."""
    audit = file.table.get("audit")
    entries = audit.get("suppress") if isinstance(audit, Mapping) else None
    if not isinstance(entries, list):
        return
    known = frozenset(rules()) if rules is not None and entries else None
    for number, item in enumerate(entries):
        if not isinstance(item, Mapping):
            continue
        key = ("audit", "suppress", str(number))
        rule, selector = item.get("rule"), item.get("selector")
        if known is not None and isinstance(rule, str) and rule not in known:
            problems.add(file.path, (*key, "rule"), "is not a known rule", suggest(rule, known))
        if isinstance(selector, str):
            from smtptui.model.selector import parse_selectors

            try:
                parse_selectors([selector], accounts)
            except UsageError as error:
                hint = f"{error.message} {error.hint}"
                problems.add(file.path, (*key, "selector"), "is not a selector", hint)


def _check_ui(ui: UiConfig, check: UiCheck, file: ConfigFile, problems: Problems) -> None:
    lines = problems.lines.get(file.path, {})
    for found in check(ui):
        key = ("ui", *found.key)
        # `list.edit = "E"` is written with and without quotes, as one key or as a table in a table.
        parts = ("ui", *(part for name in found.key for part in name.split(".")))
        problems.add(file.path, parts if key not in lines and parts in lines else key, *found[1:])


def _warnings(files: Iterable[ConfigFile]) -> Iterable[str]:
    for file in files:
        if file.mode & 0o022:
            yield (
                f"{file.path} has mode {file.mode:04o}: others may change which commands it runs and where"
                f" logins are sent. {chmod_command(file.path)}"
            )
