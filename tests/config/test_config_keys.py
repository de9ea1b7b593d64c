"""Each key's declaration decides which values are accepted, and what the problem is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtptui.config.keys import Location, accept_values, keys_of
from smtptui.config.model import AccountConfig, AuditConfig, LimitsConfig, ProbeConfig, Suppression, UiConfig
from smtptui.config.tables import read_table, read_values
from smtptui.config.validation import judge_values
from tests.canary import CANARY

TABLES: tuple[Any, ...] = (AccountConfig, ProbeConfig, AuditConfig, Suppression, UiConfig, LimitsConfig)
TEXTS = st.sampled_from(["", "a", "30d", "1", "-1d", "a\x1b", "grün", "a b"]) | st.text(max_size=4)
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-2, 4000) | st.sampled_from([10**400, -(10**400)]),
    st.floats(),
    st.none(),
    st.dates() | st.datetimes(),
    st.lists(
        st.integers()
        | st.dictionaries(TEXTS, TEXTS, max_size=2)
        | st.fixed_dictionaries({"rule": TEXTS}, optional={"until": TEXTS | st.dates(), "selector": TEXTS}),
        max_size=2,
    ),
    st.dictionaries(TEXTS, TEXTS | st.integers() | st.dictionaries(TEXTS, TEXTS, max_size=1), max_size=2),
)

Problems = list[tuple[tuple[str, ...], str]]


def location(problems: Problems, base: str = "/nowhere") -> Location:
    return Location(("t",), base, lambda key, problem, hint: problems.append((key, problem)))


@pytest.mark.parametrize("table", TABLES)
@given(data=st.data())
def test_the_quick_way_and_pydantic_never_disagree(table: Any, data: st.DataObject) -> None:
    names = st.sampled_from([*keys_of(table), *keys_of(table), "other"])
    raw = data.draw(st.dictionaries(names, VALUES, max_size=4) | VALUES)
    problems: Problems = []
    accepted = accept_values(table, raw, "/nowhere")
    judged = judge_values(table, raw, location(problems))
    assert repr(accepted and sorted(accepted.items())) == repr(judged and sorted(judged.items()))
    assert (judged is None) == bool(problems)
    if accepted is not None:
        assert set(accepted) == set(raw)
    keys = [path for path, _ in problems]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("table", TABLES)
def test_missing_keys_have_their_defaults(table: Any) -> None:
    raw = {"provider": "blue"} if table is AccountConfig else {"rule": "r"} if table is Suppression else {}
    assert accept_values(table, raw, "/nowhere") == judge_values(table, raw, location([])) == raw


def test_problems_stand_in_the_order_of_the_file_without_their_values() -> None:
    problems: list[tuple[tuple[str, ...], str, str]] = []
    raw = {
        "suppress": [{"until": CANARY, "untill": CANARY}, {"reason": "", "rule": [CANARY]}],
        "sup": CANARY,
        "max_age": CANARY,
    }
    found = Location((), "/nowhere", lambda *problem: problems.append(problem))
    assert judge_values(AuditConfig, raw, found, ("zone",)) is None
    assert problems == [
        (("suppress", "0", "until"), "must be a date such as 2027-01-31", ""),
        (("suppress", "0", "untill"), "is not a known key", "Did you mean 'until'?"),
        (("suppress", "0", "rule"), "is missing", ""),
        (("suppress", "1", "rule"), "must be text in quotes", ""),
        (("sup",), "is not a known key", "Known: max_age, suppress, zone."),
        (("max_age",), "must be a duration such as 30d, 12h or 2w", ""),
    ]


@pytest.mark.parametrize("raw", [3, "x", [], None])
def test_a_value_in_place_of_a_table_is_refused(raw: object) -> None:
    problems: Problems = []
    assert read_table(ProbeConfig, raw, location(problems)) is None
    assert problems == [(("t",), "must be a table")]


@pytest.mark.parametrize(
    ("table", "key", "value", "problem"),
    [
        (ProbeConfig, "timeout", 0, "must be greater than 0"),
        (ProbeConfig, "timeout", 3601, "must be at most 3600"),
        (ProbeConfig, "timeout", 10**400, "must be at most 3600"),
        (ProbeConfig, "timeout", -(10**400), "must be greater than 0"),
        (ProbeConfig, "timeout", True, "must be a number"),
        (ProbeConfig, "timeout", float("nan"), "must be a finite number"),
        (ProbeConfig, "timeout", float("inf"), "must be a finite number"),
        (ProbeConfig, "per_host", 0, "must be at least 1"),
        (ProbeConfig, "per_host", 257, "must be at most 256"),
        (ProbeConfig, "per_host", 3.0, "must be a whole number"),
        (ProbeConfig, "per_host", False, "must be a whole number"),
        (ProbeConfig, "ehlo_name", "", "is empty"),
        (ProbeConfig, "ehlo_name", "a\x1b", "contains control characters"),
        (ProbeConfig, "ca_file", "none.pem", "names no file that exists"),
        (ProbeConfig, "other", 1, "is not a known key"),
        (AuditConfig, "max_age", "soon", "must be a duration such as 30d, 12h or 2w"),
        (AuditConfig, "max_age", 30, "must be text in quotes"),
        (AuditConfig, "suppress", {}, "must be an array of tables"),
        (AuditConfig, "suppress", [3], "must be a table"),
        (AuditConfig, "suppress", [{}], "is missing"),
        (Suppression, "until", "2027-13-01", "must be a date such as 2027-01-31"),
        (UiConfig, "mouse", 1, "must be true or false"),
        (UiConfig, "keys", {"a": 3}, "must be text in quotes"),
        (LimitsConfig, "max_share", 30, "must be at most 1"),
        (LimitsConfig, "max_share", -0.1, "must be at least 0"),
        (AccountConfig, "base_url", "http://example.com", "is http://, which would send the login in clear"),
        (AccountConfig, "proxy", "ftp://h:1", "is not the URL of a proxy"),
    ],
)
def test_a_wrong_value_has_its_problem(table: Any, key: str, value: object, problem: str) -> None:
    found: Problems = []
    assert read_values(table, {key: value}, location(found)) is None
    assert problem in [words for path, words in found if path[1] == key]


def test_values_are_converted(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    raw = {"timeout": 9, "ca_file": "ca.pem", "resolve": {"SMTP.example:25": "127.0.0.1:26"}}
    found = read_table(ProbeConfig, raw, location([], str(tmp_path)))
    assert found == ProbeConfig(
        timeout=9.0, ca_file=str(tmp_path / "ca.pem"), resolve={"smtp.example:25": "127.0.0.1:26"}
    )
    assert isinstance(found.timeout, float)
    ui = read_table(UiConfig, {"keys": {"quit": "q", "list": {"edit": "E"}}}, location([]))
    assert ui is not None and ui.keys == {"quit": "q", "list.edit": "E"}


def test_a_configuration_is_read_without_pydantic_and_without_platformdirs(tmp_path: Path) -> None:
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
        "print(found.accounts['a'].timeout, found.ui.mouse, {'pydantic', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(config)], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("9.0 True set()", "")
