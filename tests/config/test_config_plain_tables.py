"""Tables that are read without pydantic are read as pydantic reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.config import schema
from smtptui.config.diagnostics import Problems
from smtptui.config.files import ConfigFile
from smtptui.config.plain_tables import (
    AccountTable,
    AuditTable,
    LimitsTable,
    ProbeTable,
    UiTable,
    read_plain_table,
)

TABLES: tuple[Any, ...] = (AccountTable, ProbeTable, AuditTable, UiTable, LimitsTable)
TEXTS = st.sampled_from(["", "a", "30d", "1", "-1d", "a\x1b", "grün", "a b"]) | st.text(max_size=4)
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-2, 4000),
    st.floats(),
    st.none(),
    st.lists(st.integers(), max_size=1),
    st.dictionaries(TEXTS, TEXTS | st.integers() | st.dictionaries(TEXTS, TEXTS, max_size=1), max_size=2),
)
KEYS = st.sampled_from(sorted({name for table in TABLES for name in table._fields} | {"other"}))


@pytest.mark.parametrize("table", TABLES)
@given(raw=st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_plainly_right_is_what_pydantic_makes_of_it(table: Any, raw: dict[str, Any]) -> None:
    for given_raw in (raw, {name: value for name, value in raw.items() if name in table._fields}):
        given_raw = {"provider": "blue", **given_raw} if table is AccountTable else given_raw
        plain = read_plain_table(table, given_raw)
        if plain is None:
            continue
        source, problems = ConfigFile(Path("config.toml"), 0o600, {}), Problems()
        judge = getattr(schema, table.__name__)
        judged = schema.validate_table(judge, given_raw, source=source, key=(), problems=problems)
        assert judged is not None, problems.found
        # an empty list of suppressions is one tuple here and a list there
        assert {name: _same(value) for name, value in plain._asdict().items()} == {
            name: _same(value) for name, value in judged.model_dump().items()
        }


def _same(value: object) -> object:
    return repr(list(value)) if isinstance(value, (list, tuple)) else repr(value)


@pytest.mark.parametrize("table", TABLES)
def test_the_keys_and_their_defaults_are_pydantics(table: Any) -> None:
    fields = getattr(schema, table.__name__).model_fields
    assert tuple(fields) == table._fields
    assert {name for name, field in fields.items() if field.is_required()} == set(table._fields) - set(
        table._field_defaults
    )


def test_a_plain_configuration_is_read_without_pydantic(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[accounts.a]\nprovider = "blue"\ncompany_id = "1"\ntoken_id = "env:A"\ntoken_secret = "env:B"\n'
        "timeout = 9\n[ui]\nmouse = true\n[limits]\nmax_changes = 3\n"
    )
    config.chmod(0o600)
    code = (
        "import sys; from pathlib import Path; from smtptui.workspace.core.configuration import read_config;"
        "from smtptui.workspace.core.options import Options;"
        "found = read_config(Options(config=sys.argv[1]));"
        "print(found.accounts['a'].timeout, found.ui.mouse, 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(config)], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("9.0 True False", "")
