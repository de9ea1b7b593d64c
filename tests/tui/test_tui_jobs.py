"""Everything long is a job: how far it came, pause, retry, cancel, and what it told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from smtptui.model.errors import UnavailableError
from smtptui.tui.jobs.item_progress import ItemProgress
from smtptui.tui.jobs.job_board import MAX_JOBS, Job, JobBoard, JobKind, JobState
from smtptui.tui.jobs.jobs_screen import format_job_bar
from smtptui.workspace.audit import audit
from smtptui.workspace.core.operation import Operation, RateWait
from tests.tui.fakes import NOW, FakeWorkspace, ScriptedProbe, credential, one_account, two_accounts
from tests.tui.grid import grid, running, shows, until

# The board


def board() -> JobBoard:
    return JobBoard(lambda: NOW)


def operation(total: int | None = None) -> Operation[object]:
    async def nothing(is_held: Callable[[], bool]) -> AsyncGenerator[object, None]:
        return
        yield

    return Operation(nothing, total=total)


def add_job(jobs: JobBoard, total: int | None = None) -> Job:
    return jobs.add("any", JobKind.CHECK, operation(total))


def test_board_forgets_only_old_jobs_that_have_ended() -> None:
    jobs = board()
    running_job = add_job(jobs)
    for _ in range(MAX_JOBS + 20):
        add_job(jobs).end(JobState.DONE)
    assert len(jobs) <= MAX_JOBS + 1
    assert running_job in list(jobs)


def test_job_that_has_ended_stays_as_it_ended() -> None:
    job = add_job(board(), 2)
    job.retry = lambda: None
    job.end(JobState.FAILED, "half of it")
    job.end(JobState.DONE, "again")
    job.set_state(JobState.RUNNING)
    assert job.state is JobState.FAILED
    assert [line for _, line in job.log_lines] == ["half of it"]
    assert (job.retry_refusal, job.cancel_refusal, job.pause_refusal) == ("", "it has ended", "it has ended")


@given(done=st.integers(0, 500), total=st.none() | st.integers(0, 500), state=st.sampled_from(JobState))
def test_bar_has_one_width_and_is_full_only_at_the_end(done: int, total: int | None, state: JobState) -> None:
    job = add_job(board(), total)
    job.operation.done, job.state = done, state
    bar = format_job_bar(job)
    assert bar.startswith("[") and bar[9] == "]"
    is_full = done >= total if total else state is JobState.DONE
    assert (bar[1:9] == "########") is is_full


async def test_the_board_waits_only_for_jobs_that_must_end() -> None:
    jobs = board()
    add_job(jobs)
    await jobs.wait_until_idle()
    job = add_job(jobs)
    job.must_end = True
    jobs.stop_all()
    assert job.state is JobState.STOPPING and jobs.has_unfinished
    waiting = asyncio.create_task(jobs.wait_until_idle())
    await asyncio.sleep(0)
    job.end(JobState.CANCELLED)
    await waiting


def test_a_rate_wait_is_shown_until_it_is_over() -> None:
    now = NOW
    jobs = JobBoard(lambda: now)
    job = add_job(jobs)
    job.add_wait(RateWait("acme-blue", 9))
    assert job.wait_text == "acme-blue: rate limit, next request in 9 s"
    now += timedelta(seconds=8.5)
    assert job.wait_text.endswith("in 1 s")
    now += timedelta(seconds=1)
    assert job.wait_text == ""


def test_counts_of_items_add_up_and_what_is_left_is_marked() -> None:
    progress = ItemProgress([credential("acme", id) for id in ("a", "b", "c")], "deleting…")
    progress.end_item(("acme", "a"), "deleted")
    progress.end_item(("acme", "b"), "failed", "It hung up.")
    assert [item.id for item in progress.waiting_targets] == ["c"]
    assert progress.activity(("acme", "c")) == "deleting…" and not progress.activity(("acme", "a"))
    progress.finish(is_cancelled=True)
    assert progress.summary == "2/3 · 1 deleted · 1 failed · 1 not done"
    assert [item.id for item in progress.retryable_targets] == ["b", "c"]
    assert progress.problem_lines() == ["acme/b: failed: It hung up.", "acme/c: not done: cancelled"]


# The screen


async def deleting(ws: FakeWorkspace, pilot: Pilot[Any]) -> None:
    ws.gates["delete"] = asyncio.Event()
    await shows(pilot, "Name one")
    await pilot.press("asterisk", "d")
    await shows(pilot, "Delete 4 credentials?")
    await pilot.press("shift+tab", *"delete", "space", "4", "enter", "enter")
    await shows(pilot, "Deleting 1/4")
    await pilot.press("J")
    await shows(pilot, "… running", "Delete 4 credentials")


async def test_paused_job_begins_nothing_and_goes_on_with_what_waits() -> None:
    ws = one_account()
    async with running(ws) as (app, pilot):
        await deleting(ws, pilot)
        await pilot.press("p")
        await shows(pilot, "= paused")
        assert ws.gates["delete"] is not None
        ws.gates["delete"].set()
        await shows(pilot, "2/4")
        await pilot.press("p")
        await shows(pilot, "✓ done", "4/4 · 4 deleted")
        assert len(ws.calls("delete")) == 4
        assert app.services.notices.all[-1].lines[0] == "4 deleted, 0 not deleted."


async def test_quitting_says_what_a_paused_job_would_leave_undone() -> None:
    ws = one_account()
    async with running(ws) as (app, pilot):
        await deleting(ws, pilot)
        await pilot.press("p")
        assert ws.gates["delete"] is not None
        ws.gates["delete"].set()
        await shows(pilot, "= paused", "2/4")
        assert app.services.shutdown.active_work() == "a job is paused"
        await pilot.press("escape", "q")
        await shows(pilot, "Quit?", "Delete 4 credentials: paused, 2 of 4 done.")
        await pilot.press("n")
        await pilot.press("J", "c")
        await shows(pilot, "! cancelled", "2 not done")
        assert len(ws.calls("delete")) == 2


async def test_cancelled_job_ends_what_is_in_flight_and_what_is_left_can_be_retried() -> None:
    ws = one_account()
    async with running(ws) as (_, pilot):
        await deleting(ws, pilot)
        await pilot.press("c")
        await shows(pilot, "stopping")
        await pilot.press("c")
        await shows(pilot, "Cannot cancel: it stops after what is in flight.")
        assert ws.gates["delete"] is not None
        ws.gates["delete"].set()
        await shows(pilot, "! cancelled", "2/4 · 2 deleted · 2 not done")
        await pilot.press("r")
        await shows(pilot, "Delete 2 credentials?", "acme/three", "acme/four", "Type delete 2")
        await pilot.press("escape")
        await shows(pilot, "r retry")


async def test_verification_is_paused_and_goes_on() -> None:
    ws = one_account()
    ws.gates["verify"] = asyncio.Event()
    async with running(ws) as (_, pilot):
        await shows(pilot, "Name one")
        await pilot.press("V")
        await shows(pilot, "Verifying [###.........] 1/4")
        await pilot.press("escape", "J", "p")
        await shows(pilot, "= paused", "Verify 4 credentials")
        ws.gates["verify"].set()
        await shows(pilot, "2/4")
        await pilot.press("enter")
        await shows(pilot, "Paused [######......] 2/4")
        await pilot.press("escape", "p")
        await shows(pilot, "4/4 · 4 verified")


async def test_probe_is_not_paused_because_failures_of_a_host_are_counted(probes: ScriptedProbe) -> None:
    ws = two_accounts()
    probes.gate = asyncio.Event()
    async with running(ws) as (_, pilot):
        await shows(pilot, "Name one")
        await pilot.press("space", "space", "p")
        await shows(pilot, "Probe 2 credentials?")
        await pilot.press("y")
        await shows(pilot, "Probing")
        await pilot.press("escape", "J", "p")
        await shows(pilot, "Cannot pause: a probe counts the failures")
        await pilot.press("c")
        await shows(pilot, "! cancelled")


async def test_accounts_that_could_not_be_read_are_read_again() -> None:
    ws = two_accounts()
    async with running(ws) as (_, pilot):
        await shows(pilot, "1 account could not be read")
        await pilot.press("J")
        await shows(pilot, "✗ failed", "3/3", "Read 3 accounts", "broken: The token was refused.")
        ws.live["broken"] = [credential("broken", "now")]
        await pilot.press("r")
        await shows(pilot, "Read 1 account", "✓ done")
        assert ws.calls("list")[-1][1] == "broken"


async def test_log_tells_everything_with_its_time() -> None:
    ws = two_accounts()
    async with running(ws) as (_, pilot):
        await shows(pilot, "1 account could not be read")
        await pilot.press("J", "l")
        await shows(
            pilot, "Log of job 1: Read 3 accounts", "12:00:00 acme: 3 credentials", "started 12:00:00"
        )


async def test_audit_is_a_job_of_known_end_and_a_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ws = two_accounts()

    def broken(*_: object, **__: object) -> object:
        raise UnavailableError("It hung up.")

    monkeypatch.setattr(audit, "audit", broken)
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("a")
        await shows(pilot, "It hung up.")
        await until(pilot, lambda: list(app.services.jobs)[-1].state is JobState.FAILED)
        assert [line for _, line in list(app.services.jobs)[-1].log_lines] == ["It hung up."]


async def test_60_columns_are_enough() -> None:
    ws = two_accounts()
    ws.gates["list"] = asyncio.Event()
    async with running(ws, size=(60, 16)) as (_, pilot):
        await shows(pilot, "acme: reading")
        await pilot.press("J")
        await shows(
            pilot, "Jobs · 1 job, 1 running", "… running", "0/3", "Read 3 accounts", "c cancel", "Esc back"
        )
        await pilot.press("c")
        await shows(pilot, "! cancelled", "Loading was cancelled")
        await pilot.press("escape")
        await shows(pilot, "! acme is incomplete: loading was cancelled")
        assert "acme: reading" not in grid(pilot.app)
        await pilot.press("J")
        await shows(pilot, "Jobs · ")
        assert all(len(line) <= 60 for line in grid_lines(pilot))


def grid_lines(pilot: Pilot[Any]) -> list[str]:
    return grid(pilot.app).splitlines()  # type: ignore[arg-type]
