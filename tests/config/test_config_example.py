"""config.example.toml is accepted by the real providers and complete, and so is the table of keys."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from smtptui.config.keys import keys_of
from smtptui.config.model import AccountConfig, Suppression
from smtptui.config.read import FIXED_TABLES, TABLE_NAMES, load_config
from smtptui.model.setting import Setting
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.reference import Reference
from smtptui.secrets.store import SecretStore
from tests.canary import secret_text

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"


def real_settings() -> dict[str, tuple[Setting, ...]]:
    """The settings of every provider that the package declares, installed or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = {}
    for name, target in project["entry-points"]["smtptui.providers"].items():
        module, _, attribute = target.partition(":")
        found[name] = getattr(import_module(module), attribute).settings
    return found


async def test_the_example_is_accepted_once_its_references_resolve() -> None:
    settings = real_settings()
    config = load_config(EXAMPLE, settings.get, settings)
    references = [value for each in config.accounts.values() for value in each.settings.values()]
    references += config.passwords.values()
    wanted = [each for each in references if isinstance(each, Reference)]
    assert all(each.text.startswith("env:SMTPTUI_") for each in wanted)
    environ = {**os.environ, **{each.body: secret_text(each.body) for each in wanted}}
    store = SecretStore(Redactor(), ask=None, environ=environ)
    for each in wanted:
        assert (await store.resolve(each, what="the example")).reveal() == secret_text(each.body)
    assert {each.provider for each in config.accounts.values()} == set(settings)


TABLES: dict[str, Any] = {
    "accounts.NAME": AccountConfig,
    **FIXED_TABLES,
    "audit.suppress": Suppression,
}


def test_the_example_names_every_key() -> None:
    written = set(re.findall(r"^(?:# )?([a-z_]+) = ", EXAMPLE.read_text(), re.MULTILINE))
    keys = {key for table in TABLES.values() for key in keys_of(table)}
    keys |= {setting.name for settings in real_settings().values() for setting in settings}
    headers = {"resolve", "suppress", "keys", "endpoints"}
    assert keys - headers - written == set()
    for table in (*TABLE_NAMES, "probe.resolve", "audit.suppress", "ui.keys"):
        assert f"[{table}" in EXAMPLE.read_text()


@pytest.mark.parametrize("table", ["accounts.acme-blue", "probe", "audit", "ui", "limits"])
def test_the_example_shows_the_defaults(table: str) -> None:
    raw = tomllib.loads(EXAMPLE.read_text())
    for part in table.split("."):
        raw = raw[part]
    declared: Any = AccountConfig if table.startswith("accounts") else FIXED_TABLES[table]
    defaults = {name: declared._field_defaults.get(name) for name in keys_of(declared)}
    shown = {name: default for name, default in defaults.items() if isinstance(default, (int, float, str))}
    assert {name: raw[name] for name in shown} == shown


def test_the_readme_lists_every_key_with_its_default_and_help() -> None:
    rows = []
    for name, table in TABLES.items():
        for key, declared in keys_of(table).items():
            default = table._field_defaults.get(key, "required")
            shown = (
                ""
                if default in (None, "", ()) or isinstance(default, Mapping)
                else json.dumps(default).strip('"')
            )
            rows.append(f"| `[{name}]` `{key}` | {shown} | {declared.help} |")
    text = (ROOT / "smtptui" / "config" / "README.md").read_text("utf-8")
    assert text.split("| --- | --- | --- |\n")[1].split("\n\n")[0].splitlines() == rows, "\n".join(rows)
