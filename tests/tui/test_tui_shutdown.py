"""Nothing that was sent is left without its answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from smtptui.config.paths import find_state_dir
from smtptui.model.errors import UnavailableError
from smtptui.tui.jobs.job_board import JobKind
from smtptui.workspace.core.crash_reports import write_report
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from tests.tui.fakes import one_account, two_accounts
from tests.tui.grid import running, shows, until


async def test_told_to_stop_lets_the_verification_in_flight_end_and_tells_its_outcome() -> None:
    ws = one_account()
    ws.gates["verify"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("V")
        await shows(pilot, "1/4", "verifying…")
        app.services.shutdown.request_stop()
        await until(pilot, lambda: app.services.shutdown.is_stopping)
        assert app.return_code is None
        ws.gates["verify"].set()
        await until(pilot, lambda: app.return_code is not None)
        assert app.return_code == 130
        assert app.services.shutdown.exit_messages == [
            "Verification cancelled: 2/4 · 2 verified · 2 not done."
        ]


async def test_told_to_stop_ends_a_deletion_after_the_one_in_flight() -> None:
    ws = one_account()
    ws.gates["delete"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("asterisk", "d")
        await shows(pilot, "Delete 4 credentials?")
        await pilot.press("shift+tab", *"delete", "space", "4", "enter", "enter")
        await shows(pilot, "Deleting 1/4")
        app.services.shutdown.request_stop()
        await until(pilot, lambda: app.services.shutdown.is_stopping)
        ws.gates["delete"].set()
        await until(pilot, lambda: app.return_code is not None)
        assert len(ws.calls("delete")) == 2
        assert (
            app.services.shutdown.exit_messages[-1]
            == "2 deleted, 2 not deleted because the program was told to stop."
        )


async def test_told_to_stop_waits_for_the_answer_to_a_save_and_tells_it() -> None:
    ws = two_accounts()
    ws.gates["edit"] = answer = asyncio.Event()
    ws.asked.append(("edit",))
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("e")
        await shows(pilot, "Edit acme/one")
        await pilot.press("end", "x", "f2", "y")
        await shows(pilot, "Saving…")
        app.services.shutdown.request_stop()
        await until(pilot, lambda: app.services.shutdown.is_stopping)
        assert app.return_code is None
        answer.set()
        await until(pilot, lambda: app.return_code is not None)
        assert app.services.shutdown.exit_messages == ["acme/one is saved."]


async def test_over_another_question_one_can_leave_and_it_is_not_answered() -> None:
    ws = two_accounts()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("d")
        await shows(pilot, "Delete 1 credential?")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.return_code == 0)
        assert not ws.calls("delete")


async def test_leaving_is_asked_over_another_question_and_only_once() -> None:
    ws = one_account()
    ws.gates["verify"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("V")
        await shows(pilot, "verifying…")
        await pilot.press("escape", "G", "d")
        await shows(pilot, "Delete 1 credential?")
        depth = len(app.screen_stack)
        await pilot.press("ctrl+c")
        await shows(pilot, "Quit?", "A verification is running")
        await pilot.press("ctrl+c", "n")
        await until(pilot, lambda: len(app.screen_stack) == depth)
        await shows(pilot, "Delete 1 credential?")
        ws.gates["verify"].set()


async def test_second_signal_waits_for_nothing() -> None:
    ws = two_accounts()
    ws.gates["verify"] = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("V")
        await shows(pilot, "1/4")
        app.services.shutdown.request_stop()
        await until(pilot, lambda: app.services.shutdown.is_stopping)
        app.services.shutdown.request_stop()
        await until(pilot, lambda: app.return_code is not None)
        assert app.return_code == 130


async def test_verification_that_breaks_leaves_no_wait_behind() -> None:
    ws = two_accounts()

    ws.failures["verify"] = UnavailableError("It hung up.")
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("v")
        await until(
            pilot,
            lambda: any(job.kind is JobKind.VERIFICATION and not job.is_running for job in app.services.jobs),
        )
        app.services.shutdown.request_stop()
        await until(pilot, lambda: app.return_code == 130)


def test_crash_report_goes_to_the_default_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTPTUI_STATE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    config = tmp_path / "config.toml"
    config.write_text('[accounts.a]\nprovider = "sendmux"\napi_key = "env:NO_SUCH"\n')
    config.chmod(0o600)
    folder = Workspace.load(Options(config=str(config))).state.directory
    report = write_report(ValueError("bug"), lambda text: text, folder)
    assert report is not None
    assert report.parent == folder == find_state_dir(None)
    assert report.stat().st_mode & 0o777 == 0o600
