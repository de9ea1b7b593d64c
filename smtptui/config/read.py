"""Reading the configuration: all of it or none, with every mistake told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from smtptui.config.accounts import AccountReader, check_ca_file
from smtptui.config.diagnostics import Problems
from smtptui.config.endpoints import format_endpoint, parse_endpoint, resolve_path
from smtptui.config.files import ACCOUNTS_DIRECTORY, ConfigFile, read_config_files
from smtptui.config.model import (
    AccountConfig,
    AuditConfig,
    Config,
    LimitsConfig,
    ProbeConfig,
    Suppression,
    UiConfig,
)
from smtptui.config.passwords import read_passwords
from smtptui.config.paths import find_config_path
from smtptui.config.plain_tables import AuditTable, LimitsTable, ProbeTable, UiTable, read_table
from smtptui.config.references import ReferenceReader
from smtptui.config.screen_settings import UiCheck, check_ui
from smtptui.model.errors import UsageError
from smtptui.model.nearest import suggest
from smtptui.model.setting import Setting
from smtptui.secrets.private_file import chmod_command

TABLE_NAMES = ("accounts", "passwords", "probe", "audit", "ui", "limits")


def load_config(
    path: Path | None,
    settings_of: Callable[[str], tuple[Setting, ...] | None],
    provider_names: Collection[str],
    rules: Callable[[], Iterable[str]] | None = None,
    screen: UiCheck | None = None,
) -> Config:
    """The configuration at `path` (None: the usual place) and in `accounts.d` beside it.

    `rules` names what can be suppressed; without it any name will do. `screen` knows actions, keys and themes;
    without it `[ui]` is checked for its shape alone. No secret is fetched. Raises ConfigurationError whose `details`
    lists every problem as {file, line, key, problem, hint}; none of them holds a value that was written.
    """
    place = (find_config_path(None) if path is None else path).absolute()
    problems = Problems()
    sources = read_config_files(place, problems)
    references = ReferenceReader(place.parent, problems)
    reader = AccountReader(place.parent, settings_of, provider_names, references, problems)
    accounts, names = _accounts(sources, reader, problems)
    main = next((source for source in sources if source.path == place), None)
    tables: dict[str, Any] = {}
    if main is not None:
        tables = _tables(main, frozenset(names), references, problems)
        _check_suppressions(main, frozenset(names), rules, problems)
        if screen is not None and "ui" in tables:
            check_ui(tables["ui"], screen, main, problems)
    problems.raise_if_any(place)
    return Config(path=place, accounts=accounts, warnings=tuple(_warnings(sources)), **tables)


def _accounts(
    sources: Iterable[ConfigFile], reader: AccountReader, problems: Problems
) -> tuple[Mapping[str, AccountConfig], Mapping[str, Path]]:
    """The usable accounts, and every name that is written with its file."""
    accounts: dict[str, AccountConfig] = {}
    names: dict[str, Path] = {}
    for number, source in enumerate(sources):
        known = ("accounts",) if source.path.parent.name == ACCOUNTS_DIRECTORY and number else TABLE_NAMES
        for key in source.table:
            if key not in known:
                problems.add(source.path, (key,), "is not a known key", suggest(key, known))
        written_here = source.table.get("accounts", {})
        if not isinstance(written_here, Mapping):
            problems.add(source.path, ("accounts",), "must be a table", "Write [accounts.NAME].")
            continue
        for name, raw in written_here.items():
            if name in names:
                problems.add(
                    source.path,
                    ("accounts", name),
                    f"is given twice; the other one is in {names[name]}",
                    "Rename or remove one of them.",
                )
                continue
            names[name] = source.path
            account = reader.read(name, raw, source)
            if account is not None:
                accounts[name] = account
    return accounts, names


def _tables(
    source: ConfigFile, accounts: frozenset[str], references: ReferenceReader, problems: Problems
) -> dict[str, Any]:
    raw = source.table
    found: dict[str, Any] = {}
    if "passwords" in raw:
        found["passwords"] = read_passwords(raw["passwords"], accounts, source, references, problems)
    if "probe" in raw:
        found["probe"] = _probe(raw["probe"], source, references.base, problems)
    audit = read_table(AuditTable, raw.get("audit", {}), source=source, key=("audit",), problems=problems)
    if audit is not None:
        found["audit"] = AuditConfig(
            max_age=audit.max_age,
            suppress=tuple(Suppression(**item.model_dump()) for item in audit.suppress),
        )
    ui = read_table(UiTable, raw.get("ui", {}), source=source, key=("ui",), problems=problems)
    if ui is not None:
        found["ui"] = UiConfig(theme=ui.theme, mouse=ui.mouse, keys=dict(ui.keys))
    limits = read_table(LimitsTable, raw.get("limits", {}), source=source, key=("limits",), problems=problems)
    if limits is not None:
        found["limits"] = LimitsConfig(max_changes=limits.max_changes, max_share=limits.max_share)
    return found


def _check_suppressions(
    source: ConfigFile,
    accounts: frozenset[str],
    rules: Callable[[], Iterable[str]] | None,
    problems: Problems,
) -> None:
    """What the shape does not tell, also where another entry, or another key, has no right one."""
    audit = source.table.get("audit")
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
            problems.add(source.path, (*key, "rule"), "is not a known rule", suggest(rule, known))
        if isinstance(selector, str):
            from smtptui.model.selector import parse_selectors

            try:
                parse_selectors([selector], accounts)
            except UsageError as problem:
                problems.add(
                    source.path, (*key, "selector"), "is not a selector", f"{problem.message} {problem.hint}"
                )


def _probe(raw: object, source: ConfigFile, base: Path, problems: Problems) -> ProbeConfig:
    probe = read_table(ProbeTable, raw, source=source, key=("probe",), problems=problems)
    values = raw if isinstance(raw, Mapping) else {}
    check_ca_file(values.get("ca_file"), base, source, ("probe", "ca_file"), problems)
    resolve = _resolve(values.get("resolve"), source, problems)
    if probe is None:
        return ProbeConfig()
    return ProbeConfig(
        timeout=probe.timeout,
        concurrency=probe.concurrency,
        per_host=probe.per_host,
        ehlo_name=probe.ehlo_name,
        ca_file=None if probe.ca_file is None else resolve_path(probe.ca_file, base),
        resolve=resolve,
    )


def _resolve(raw: object, source: ConfigFile, problems: Problems) -> dict[str, str]:
    resolve: dict[str, str] = {}
    for name, target in raw.items() if isinstance(raw, Mapping) else ():
        stored, reached = parse_endpoint(name), parse_endpoint(target) if isinstance(target, str) else None
        if stored is None or reached is None:
            problems.add(
                source.path,
                ("probe", "resolve", name),
                "is not host:port" if stored is None else "does not lead to address:port",
                'Write "smtp.example.com:587" = "127.0.0.1:2525"; an IPv6 address in brackets.',
            )
        else:
            resolve[format_endpoint(*stored)] = format_endpoint(*reached)
    return resolve


def _warnings(sources: Iterable[ConfigFile]) -> Iterable[str]:
    for source in sources:
        if source.mode & 0o022:
            yield (
                f"{source.path} has mode {source.mode:04o}: others may change which commands it runs and where"
                f" logins are sent. {chmod_command(source.path)}"
            )
