"""The parts of the screens that know no Textual: columns, filter, catalogue, form values, crash report."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from smtptui.model.errors import UnavailableError
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.providers.sendmux.capabilities import CAPABILITIES as SENDMUX
from smtptui.tui.actions import SCOPES, all_actions, bindings_of
from smtptui.tui.credentials.catalogue import CredentialListModel, Sorting
from smtptui.tui.credentials.columns import COLUMNS, GAP, fit, lay_out_columns
from smtptui.tui.credentials.form.form_values import FormValues, build_form_lines, format_conflict
from smtptui.tui.credentials.row_filter import RowFilter, parse_filter
from smtptui.tui.verification.verification_progress import VerificationProgress
from smtptui.workspace.core.crash_reports import write_report
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.credentials.events import AccountRead, AccountStarted, CredentialsRead
from smtptui.workspace.credentials.form_input import form_fields
from tests.canary import CANARY
from tests.tui.fakes import NOW, credential

TAKEN = {f"ctrl+{letter}" for letter in "abjosqz"}
"""Keys of tmux, screen, zellij, flow control and job control."""


def test_no_default_key_is_one_that_tmux_screen_or_a_shell_takes() -> None:
    for action in all_actions():
        # To suspend is what job control means by its key.
        taken = TAKEN - {"ctrl+z"} if action.id == "suspend_process" else TAKEN
        assert not taken & set(action.keys), action
        assert not any(key.startswith("alt+") for key in action.keys), action


def test_no_key_of_a_place_stands_for_two_actions() -> None:
    for place in SCOPES:
        keys = [key for action in all_actions() if action.scope == place for key in action.keys]
        assert len(keys) == len(set(keys)), place
        assert len(bindings_of(place)) == len([action for action in all_actions() if action.scope == place])


@pytest.mark.parametrize("width", [57, 60, 77, 100, 117, 200])
def test_columns_give_way_in_order_and_never_overflow(width: int) -> None:
    plan = lay_out_columns(width)
    assert sum(room for _, room in plan) + GAP * (len(plan) - 1) <= width
    shown = [column.key for column, _ in plan]
    assert {"account", "host", "verified"} <= set(shown)
    if width >= 117:
        assert len(shown) == len(COLUMNS)
    if "from_email" in shown:
        assert "security" in shown
    assert "port" in shown and "name" in shown


@given(st.text(), st.integers(1, 40))
def test_any_text_of_a_provider_fills_exactly_its_own_cell(text: str, width: int) -> None:
    shown = fit(text, width)
    assert cell_len(shown) == width
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in shown)


def test_filter_takes_words_and_the_selectors_of_the_command_line() -> None:
    rows = CredentialListModel(["a"])
    for id, host, days in (("one", "smtp.x", "2026-11-20"), ("two", "mail.x", "2026-01-01")):
        opinion = Opinion(Status.VERIFIED, f"{days}T00:00:00Z")
        rows.put(credential("a", id, host=host, verification=Verification(opinion)))

    def picked(text: str) -> list[str]:
        return [row.credential.id for row in rows.view(parse_filter(text), Sorting(), NOW)]

    assert picked("") == ["one", "two"]
    assert picked("NAME TWO") == ["two"]
    assert picked("host=smtp.*") == ["one"]
    assert picked("age>30d") == ["two"]
    assert picked("status=verified mail.x:587") == ["two"]
    assert picked("=1+1") == []


@pytest.mark.parametrize("text", ["stat=failed", "status=fai", "age>", "age>soon", "port>x"])
def test_half_typed_condition_is_told_and_empties_nothing(text: str) -> None:
    wanted = parse_filter(text)
    assert wanted.problem
    assert wanted.is_empty


def test_only_a_whole_reading_takes_rows_away() -> None:
    rows = CredentialListModel(["a"])
    rows.apply(
        CredentialsRead("a", [credential("a", "old"), credential("a", "kept")], 2, "2026-11-01T00:00:00Z")
    )
    assert all(row.stale_since for row in rows.rows.values())
    rows.apply(AccountStarted("a", "blue"))
    rows.apply(CredentialsRead("a", [credential("a", "kept")], 1))
    rows.apply(AccountRead("a", "blue", False, 1, UnavailableError("down")))
    assert set(rows.rows) == {("a", "old"), ("a", "kept")}
    assert rows.rows[("a", "old")].stale_since and not rows.rows[("a", "kept")].stale_since
    rows.selection.add([("a", "old")])
    rows.apply(AccountStarted("a", "blue"))
    rows.apply(CredentialsRead("a", [credential("a", "kept")], 1))
    rows.apply(AccountRead("a", "blue", True, 1))
    assert set(rows.rows) == {("a", "kept")}
    assert not rows.selection


def test_marks_and_filter_agree() -> None:
    rows = CredentialListModel(["a"])
    for id in ("one", "two", "three"):
        rows.put(credential("a", id))
        rows.selection.add([("a", id)])
    shown = rows.view(parse_filter("name two"), Sorting(), NOW)
    marked = rows.selected_credentials(shown)
    assert [item.id for item in marked.shown] == ["two"]
    assert {item.id for item in marked.hidden} == {"one", "three"}


def test_sort_by_every_column_holds_for_empty_values() -> None:
    rows = CredentialListModel(["a", "b"])
    rows.put(credential("b", "one", port=None, host=None, username=None, security=None, from_email=None))
    rows.put(credential("a", "two", verification=Verification()))
    for column in COLUMNS:
        for descending in (False, True):
            assert len(rows.view(RowFilter(), Sorting(column.key, descending), NOW)) == 2
    assert [row.key[0] for row in rows.view(RowFilter(), Sorting("account", True), NOW)] == ["b", "a"]


def test_form_values_send_only_what_changed_and_rebase_keeps_it() -> None:
    lines = build_form_lines(form_fields(SENDMUX, creating=False), SENDMUX)
    stored = credential("s", "x", name="Old", native={"percentage": 40})
    values = FormValues.from_credential(lines, stored)
    assert values.collect_changes() == {}
    values.texts["name"] = "Mine"
    values.texts["native.percentage"] = "60"
    values.texts["native.tracking_domain"] = "no json"
    native, problems = values.parse_native(values.collect_changes())
    assert native == {"percentage": 60}
    assert set(problems) == {"native.tracking_domain"}
    assert values.drop_native(values.collect_changes()) == {"name": "Mine"}
    assert not values.has_login_change()
    values.rebase(lines, replace(stored, name="Theirs", host="other.example"))
    assert values.texts["name"] == "Mine"
    assert values.texts["host"] == "other.example"
    assert "host" not in values.collect_changes()


def test_conflict_shows_both_versions_field_by_field() -> None:
    told = "\n".join(
        format_conflict({"read": {"host": "a"}, "theirs": {"host": "b"}, "yours": {"host": "c", "port": 25}})
    )
    for part in ("you read    a", "stored now  b", "you want    c", "you want    25"):
        assert part in told


def test_job_counts_every_target_once() -> None:
    job = VerificationProgress([credential("a", "one"), credential("a", "two"), credential("b", "three")])
    job.handle_event(ItemFailed("a", "one", UnavailableError("down")))
    job.handle_event(ItemFailed("a", None, UnavailableError("down")))
    assert job.done == 2
    job.finish(is_cancelled=True)
    assert job.states[("b", "three")] == "not done"
    assert job.summary == "2/3 · 3 not done"


def test_screens_are_imported_without_the_network_stack() -> None:
    heavy = "{'httpx', 'gql', 'graphql', 'pydantic'}"
    code = f"import sys, smtptui.tui.app; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_crash_report_holds_no_locals_and_no_secret(tmp_path: Path) -> None:
    try:
        password = CANARY + "-local"
        raise RuntimeError(f"went wrong with {CANARY}")
    except RuntimeError as error:
        path = write_report(error, lambda text: text.replace(CANARY, "<secret>"), tmp_path / "state")
    assert password
    assert path is not None
    text = path.read_text()
    assert "RuntimeError" in text
    assert CANARY not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
