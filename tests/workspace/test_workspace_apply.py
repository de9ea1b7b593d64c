"""Applying a plan: every write on record before it is sent, sent once, verified, and told as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smtptui.model.credential import Credential
from smtptui.model.errors import (
    ConflictError,
    ForbiddenError,
    LockedError,
    LoginRefusedError,
    NotProvenError,
    OutcomeUnknownError,
    PlanEditedError,
    PlanUsedError,
    RateLimitedError,
    ReadOnlyError,
    SecretMissingError,
    StoppedError,
    UnavailableError,
    UsageError,
)
from smtptui.model.verification import Opinion, Status
from smtptui.net.cancellation import await_unless_cancelled, record_write
from smtptui.providers.base import ListingEnd, Page, VerificationResult
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import (
    Block,
    Expectation,
    FieldChange,
    PasswordSource,
    Plan,
    PlanKind,
    SecretOrigin,
    Step,
    StepAction,
)
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.apply import apply, resume
from smtptui.workspace.runs.events import RunEnded, RunEvent, RunReport, RunStarted, RunState
from smtptui.workspace.runs.executor import RunExecutor
from smtptui.workspace.runs.history import list_runs, load_report, load_run
from smtptui.workspace.runs.run_journal import RunJournal
from smtptui.workspace.runs.safety import ApplyOptions, refuse_unsafe

from ..canary import CANARY, secret_text
from .fake_provider import fake, workspace

Opened = Callable[..., Workspace]

SECRET = PasswordSource(SecretOrigin.GIVEN, "env:APPLY_PW")
AGREED = ApplyOptions(max_changes=100)


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("APPLY_PW", secret_text("apply"))
    return workspace(tmp_path, monkeypatch, "one", "two")


def create_step(n: int, *, account: str = "one", default: bool = False, username: str | None = None) -> Step:
    values: dict[str, Any] = {"host": "smtp.example.com", "port": 587, "username": username or f"new{n}"}
    absent = {**values, "from_email": None}
    if default:
        values["default"] = True
    return Step(
        n=n,
        action=StepAction.CREATE,
        source=f"source/{n}",
        target=account,
        label=values["username"],
        expect=Expectation(absent=absent),
        changes={name: FieldChange(None, value) for name, value in values.items()},
        secret=SECRET,
    )


def update_step(
    n: int, id: str, changes: dict[str, tuple[Any, Any]], *, expect: dict[str, Any] | None = None, **more: Any
) -> Step:
    return Step(
        n=n,
        action=StepAction.UPDATE,
        source=f"source/{n}",
        target=f"one/{id}",
        label=id,
        expect=Expectation(fields=expect or {name: before for name, (before, _) in changes.items()}),
        changes={name: FieldChange(before, after) for name, (before, after) in changes.items()},
        **more,
    )


def delete_step(n: int, id: str, **expect: Any) -> Step:
    return Step(
        n=n, action=StepAction.DELETE, source=None, target=f"one/{id}", expect=Expectation(fields=expect)
    )


def make_plan(
    *steps: Step, kind: PlanKind = PlanKind.MIGRATE, id: str = "plan-1", undoes: str | None = None
) -> Plan:
    senders = {"existing": 10, "senders": 10, "default": None}
    return Plan(
        id=id,
        kind=kind,
        created="2026-01-01T00:00:00Z",
        tool="smtptui test",
        source="source",
        target="one",
        complete=True,
        applicable=True,
        reasons=[],
        steps=steps,
        accounts={"one": senders, "two": senders},
        undoes=undoes,
    )


async def run(
    ws: Workspace, *steps: Step, is_held: Callable[[], bool] = lambda: False, **more: Any
) -> RunReport:
    return await check_events(
        [event async for event in apply(ws, make_plan(*steps, **more), AGREED, is_held=is_held)]
    )


async def resume_last(ws: Workspace) -> RunReport:
    return await check_events([event async for event in resume(ws, list_runs(ws)[0].id, ApplyOptions())])


async def check_events(events: Sequence[RunEvent]) -> RunReport:
    started, ended = events[0], events[-1]
    assert isinstance(started, RunStarted)
    assert isinstance(ended, RunEnded)
    assert sum(ended.report.counts.values()) == len(ended.report.steps) == started.steps
    return ended.report


def outcomes(report: RunReport) -> list[str]:
    return [str(step.outcome) for step in report.steps]


def read_journal(ws: Workspace) -> list[tuple[int | None, str]]:
    return [(entry.step, entry.event) for entry in ws.state.journal.read_entries(list_runs(ws)[0].id)]


async def test_a_create_is_journaled_before_it_is_sent_then_verified_linked_and_done(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    seen: list[str] = []
    one.on_write = lambda _what: seen.append(
        str(
            ws.state.database.connection.execute(
                "SELECT event FROM journal ORDER BY n DESC LIMIT 1"
            ).fetchone()[0]
        )
    )
    report = await run(ws, create_step(1))
    assert seen == ["attempt"]
    assert read_journal(ws) == [
        (None, "begun"),
        (None, "backed up"),
        (1, "attempt"),
        (1, "written"),
        (1, "verified"),
        (1, "done"),
        (None, "ended"),
    ]
    (step,) = report.steps
    assert (step.outcome, step.target, step.verification, step.verified_by) == (
        StepOutcome.CREATED,
        "one/1",
        "verified",
        "provider",
    )
    assert ws.state.links.has("source/1", "one/1")
    assert report.state is RunState.FINISHED
    assert one.calls == ["list", "create", "verify"]


async def test_no_password_is_in_the_journal_or_anywhere_in_the_state(ws: Workspace, tmp_path: Path) -> None:
    one = await fake(ws, "one")
    one.refuse_of["new2"] = UnavailableError(f"it said {secret_text('apply')}")
    await run(ws, create_step(1), create_step(2), update_step(3, "9", {"from_name": ("a", "b")}))
    ws.state.close()
    assert not _holding_the_canary(tmp_path)


def _holding_the_canary(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


async def test_the_default_moves_after_the_verification_only(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.seed("7", default=True)
    report = await run(ws, create_step(1, default=True))
    assert one.calls[-2:] == ["verify", "set_default"]
    assert [item.id for item in one.records.values() if item.default] == ["2"]
    assert report.steps[0].detail == "It is the default now."


async def test_the_default_does_not_move_when_the_verification_fails(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.verdicts["1"] = Opinion(Status.FAILED, "2026-01-01T00:00:00Z", "535")
    report = await run(ws, create_step(1, default=True))
    assert "set_default" not in one.calls
    (step,) = report.steps
    assert (step.outcome, step.verification) == (StepOutcome.CREATED, "failed")
    assert list_runs(ws)[0].verifications == report.verifications == {"failed": 1}
    assert "did not become the default" in step.detail


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_a_lost_answer_is_settled_by_reading_and_stores_nothing_twice(ws: Workspace, lose: str) -> None:
    one = await fake(ws, "one")
    one.lose = lose
    report = await run(ws, create_step(1), create_step(2))
    assert outcomes(report) == ["created", "created"]
    assert [item.username for item in one.records.values()] == ["new1", "new2"]
    assert one.calls.count("create") == (3 if lose == "before" else 2)


async def test_a_create_is_sent_again_with_its_recorded_key(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.lose = "before"
    await run(ws, create_step(1))
    keys = {
        entry.body["key"]
        for entry in ws.state.journal.read_entries(list_runs(ws)[0].id)
        if entry.event == "attempt"
    }
    assert keys == set(one.keys)
    assert len(keys) == 1


async def test_a_write_whose_answers_are_always_lost_fails_when_it_was_not_stored(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.lose_of["new1"] = "before"
    report = await run(ws, create_step(1), create_step(2))
    assert outcomes(report) == ["failed", "created"]
    assert report.state is RunState.INCOMPLETE
    one.lose_of.clear()
    assert outcomes(await resume_last(ws)) == ["created", "created"]


async def test_an_undecidable_write_is_unknown_and_a_resume_continues_it(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    one.lose_of["new1"] = "before"

    def hidden(_what: str) -> None:
        one.whole = False

    one.on_write = hidden
    report = await run(ws, create_step(1))
    assert outcomes(report) == ["unknown"]
    assert report.steps[0].error is not None
    assert report.steps[0].error["kind"] == "outcome_unknown"
    one.whole, one.on_write = True, lambda _what: None
    one.lose_of.clear()
    assert outcomes(await resume_last(ws)) == ["created"]
    assert len(one.records) == 1


async def test_two_records_of_the_identity_after_a_lost_answer_are_never_guessed_at(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.lose_of["new1"] = "after"
    one.on_write = lambda _what: one.seed("77", username="new1")
    report = await run(ws, create_step(1))
    assert outcomes(report) == ["unknown"]


async def test_a_record_found_after_a_lost_answer_gets_the_fields_it_lacks(ws: Workspace) -> None:
    one = await fake(ws, "one")
    step = create_step(1)
    step = Step(
        **{
            **{name: getattr(step, name) for name in Step.__slots__},
            "changes": {**step.changes, "from_name": FieldChange(None, "Sales")},
        }
    )
    one.lose_of["new1"] = "before"
    one.on_write = lambda what: one.seed("5", username="new1") if what == "create" else None
    report = await run(ws, step)
    assert outcomes(report) == ["created"]
    assert one.records["5"].from_name == "Sales"
    assert one.calls.count("update ['from_name']") == 1


async def test_a_login_that_appeared_makes_a_create_stale_and_is_not_adopted(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    one.seed("1", username="new1")
    report = await run(ws, create_step(1), create_step(2))
    assert outcomes(report) == ["stale", "created"]
    assert report.steps[0].error is not None
    assert report.steps[0].error["kind"] == "plan_stale"
    assert report.state is RunState.FINISHED


async def test_a_changed_or_deleted_record_makes_only_its_step_stale(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.seed("1", from_name="other")
    one.seed("3", from_name="a")
    report = await run(
        ws,
        update_step(1, "1", {"from_name": ("a", "b")}),
        update_step(2, "2", {"from_name": ("a", "b")}),
        update_step(3, "3", {"from_name": ("a", "b")}),
        delete_step(4, "1", from_name="a"),
    )
    assert outcomes(report) == ["stale", "stale", "updated", "stale"]
    assert [call for call in one.calls if call.startswith("update")] == ["update ['from_name']"]


async def test_a_conflict_that_the_provider_reports_is_stale(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.refuse_of["new1"] = ConflictError("changed", details={"yours": {}, "theirs": {}})
    one.refuse_of["new2"] = ConflictError("something else is in the way")
    assert outcomes(await run(ws, create_step(1), create_step(2))) == ["stale", "failed"]


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_an_update_whose_answer_was_lost_is_compared(ws: Workspace, lose: str) -> None:
    one = await fake(ws, "one")
    one.seed("1", from_name="a")
    one.lose = lose
    report = await run(ws, update_step(1, "1", {"from_name": ("a", "b")}))
    assert outcomes(report) == ["updated"]
    assert one.records["1"].from_name == "b"
    assert one.calls.count("update ['from_name']") == (2 if lose == "before" else 1)


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_an_update_that_holds_a_password_is_sent_again(ws: Workspace, lose: str) -> None:
    one = await fake(ws, "one")
    one.seed("1")
    one.lose = lose
    report = await run(ws, update_step(1, "1", {}, expect={"port": 587}, secret=SECRET))
    assert outcomes(report) == ["updated"]
    assert one.calls.count("update ['password']") == 2


@pytest.mark.parametrize("how", ["refused", "stopped", "rate"])
async def test_a_password_whose_answer_was_lost_counts_as_possibly_stored(ws: Workspace, how: str) -> None:
    """Nobody can see which password a record has: what is refused later says nothing of what was sent before."""
    one = await fake(ws, "one")
    one.seed("1", from_name="Old")
    sent = 0

    def answer(what: str) -> None:
        nonlocal sent
        sent += what.startswith("update")
        if sent == 1:
            one.lose, one.losses = "after", 1
        elif how == "refused":
            raise ForbiddenError("not yours to change")
        elif how == "rate":
            raise RateLimitedError("slower", retry_after=1000)

    one.on_write = answer
    step = update_step(1, "1", {"password": (None, None)}, expect={"from_name": "Old"}, secret=SECRET)
    report = await run(ws, step, is_held=lambda: how == "stopped" and sent > 0)
    assert outcomes(report) == ["unknown"]
    assert report.state is (RunState.INTERRUPTED if how == "stopped" else RunState.INCOMPLETE)
    assert "may be stored" in report.steps[0].detail
    one.on_write = lambda _what: None
    one.seed("1", from_name="Foreign")
    report = await resume_last(ws)
    assert (outcomes(report), report.state) == (["unknown"], RunState.INCOMPLETE)
    assert report.steps[0].error is not None
    assert report.steps[0].error["kind"] == "plan_stale"
    one.seed("1", from_name="Old")
    report = await resume_last(ws)
    assert (outcomes(report), report.state) == (["updated"], RunState.FINISHED)


async def test_an_open_write_stays_open_when_a_resume_cannot_reach_the_account(ws: Workspace) -> None:
    one, two = await fake(ws, "one"), await fake(ws, "two")
    one.lose = "after"
    two.refuse_of = {"new2": UnavailableError("down")}
    broken = False

    def breaking(what: str) -> None:
        nonlocal broken
        broken = True

    listing = one.list

    async def unreadable() -> AsyncGenerator[Page | ListingEnd, None]:
        if broken:
            raise UnavailableError("down")
        async for item in listing():
            yield item

    one.on_write, one.list = breaking, unreadable  # type: ignore[method-assign]
    steps = [create_step(1), create_step(2, account="two")]
    assert outcomes(await run(ws, *steps)) == ["unknown", "failed"]
    report = await resume_last(ws)
    assert outcomes(report) == ["unknown", "failed"]
    one.list = listing  # type: ignore[method-assign]
    two.refuse_of.clear()
    assert outcomes(await resume_last(ws)) == ["created", "created"]
    assert len(one.records) == 1


async def test_an_update_found_in_a_third_state_is_unknown(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.seed("1", from_name="a")
    one.lose = "before"

    def other(_what: str) -> None:
        one.seed("1", from_name="elsewhere")

    one.on_write = other
    assert outcomes(await run(ws, update_step(1, "1", {"from_name": ("a", "b")}))) == ["unknown"]
    assert one.records["1"].from_name == "elsewhere"


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_a_deletion_whose_answer_was_lost_is_settled_by_reading(ws: Workspace, lose: str) -> None:
    one = await fake(ws, "one")
    one.seed("1", from_name="a")
    ws.state.links.add("one/1", "two/9", "r")
    one.lose = lose
    report = await run(ws, delete_step(1, "1", from_name="a"), kind=PlanKind.PRUNE)
    assert outcomes(report) == ["deleted"]
    assert not one.records
    assert not ws.state.links.find_by_source("one/1")


async def test_an_adopted_record_is_verified_and_linked_and_not_written(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.seed("1")
    step = Step(
        n=1,
        action=StepAction.ADOPT,
        source="source/1",
        target="one/1",
        expect=Expectation(fields={"port": 587}),
    )
    report = await run(ws, step)
    assert outcomes(report) == ["adopted"]
    assert one.calls == ["list", "verify"]
    assert ws.state.links.has("source/1", "one/1")


async def test_one_failure_ends_one_step_and_a_resume_does_the_rest(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.refuse_of["new2"] = ForbiddenError("no")
    report = await run(ws, create_step(1), create_step(2), create_step(3))
    assert outcomes(report) == ["created", "failed", "created"]
    one.refuse_of.clear()
    report = await resume_last(ws)
    assert outcomes(report) == ["created", "created", "created"]
    assert report.state is RunState.FINISHED
    assert len(one.records) == 3


async def test_a_refused_login_ends_only_its_account(ws: Workspace) -> None:
    one, two = await fake(ws, "one"), await fake(ws, "two")
    one.refuse_of["new2"] = LoginRefusedError("expired")
    steps = [create_step(1), create_step(2), create_step(3), *(create_step(n, account="two") for n in (4, 5))]
    report = await run(ws, *steps)
    assert outcomes(report) == ["created", "failed", "not started", "created", "created"]
    assert len(two.records) == 2
    one.refuse_of.clear()
    assert outcomes(await resume_last(ws)) == ["created"] * 5


async def test_an_unreadable_account_starts_nothing_and_the_others_continue(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.broken = UnavailableError("down")
    report = await run(ws, create_step(1), create_step(2), create_step(3, account="two"))
    assert outcomes(report) == ["failed", "not started", "created"]


async def test_a_plan_is_not_used_up_when_no_account_can_be_read(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.broken = UnavailableError("down")
    with pytest.raises(UnavailableError):
        await run(ws, create_step(1))
    one.broken = None
    assert outcomes(await run(ws, create_step(1))) == ["created"]


async def test_nothing_is_created_where_the_listing_is_incomplete(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.whole = False
    report = await run(ws, create_step(1))
    assert outcomes(report) == ["failed"]
    assert "create" not in one.calls


async def test_a_stop_lets_the_step_in_flight_end_and_a_resume_continues(ws: Workspace) -> None:
    one = await fake(ws, "one")
    report = await run(ws, *(create_step(n) for n in range(1, 6)), is_held=lambda: "create" in one.calls)
    assert outcomes(report) == ["created", *["not started"] * 4]
    assert report.state is RunState.INTERRUPTED
    assert list_runs(ws)[0].state is RunState.INTERRUPTED
    report = await resume_last(ws)
    assert outcomes(report) == ["created"] * 5
    assert report.state is RunState.FINISHED
    assert len(one.records) == 5


async def test_resuming_a_finished_run_does_nothing(ws: Workspace) -> None:
    one = await fake(ws, "one")
    await run(ws, create_step(1))
    before = list(one.calls)
    events = [event async for event in resume(ws, list_runs(ws)[0].id[:12], ApplyOptions())]
    started = events[0]
    assert isinstance(started, RunStarted)
    assert started.total == 0
    assert isinstance(events[-1], RunEnded)
    assert one.calls == before


async def test_a_plan_is_used_once(ws: Workspace) -> None:
    await run(ws, create_step(1))
    with pytest.raises(PlanUsedError) as refused:
        await run(ws, create_step(1))
    assert list_runs(ws)[0].id in refused.value.message


async def test_a_plan_whose_digest_was_recomputed_after_an_edit_is_refused(ws: Workspace) -> None:
    ws.state.runs.record_plan(make_plan(create_step(1)).to_json())
    with pytest.raises(PlanEditedError):
        await run(ws, create_step(1), create_step(2))


async def test_two_runs_never_write_to_one_account_at_once(ws: Workspace) -> None:
    events = apply(ws, make_plan(create_step(1)), AGREED)
    started = await anext(events)
    assert isinstance(started, RunStarted)
    assert list_runs(ws)[0].state is RunState.RUNNING
    with pytest.raises(LockedError):
        await run(ws, create_step(2), id="plan-2")
    with pytest.raises(LockedError):
        await resume_last(ws)
    await events.aclose()
    assert list_runs(ws)[0].state is RunState.INTERRUPTED
    assert outcomes(await run(ws, create_step(2), id="plan-2")) == ["created"]


async def test_nothing_is_started_in_read_only_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = workspace(tmp_path, monkeypatch, "one", "two", read_only=True)
    with pytest.raises(ReadOnlyError):
        await run(ws, create_step(1))
    assert list_runs(ws) == []


async def test_an_account_is_read_again_when_the_last_listing_is_a_minute_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLY_PW", secret_text("apply"))
    ws = workspace(tmp_path, monkeypatch, "one")
    one = await fake(ws, "one")
    now = [datetime(2026, 1, 2, tzinfo=UTC)]
    ws.now = lambda: now[0]

    def later(_what: str) -> None:
        now[0] += timedelta(seconds=35)

    one.on_write = later
    await run(ws, *(create_step(n) for n in range(1, 6)))
    assert one.calls.count("list") == 3


async def test_a_password_that_cannot_be_found_fails_its_step_before_anything_is_sent(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APPLY_PW")
    one = await fake(ws, "one")
    report = await run(ws, create_step(1))
    assert outcomes(report) == ["failed"]
    assert report.steps[0].error is not None
    assert report.steps[0].error["kind"] == SecretMissingError.kind
    assert "create" not in one.calls
    assert (1, "attempt") not in read_journal(ws)


async def test_existing_records_are_backed_up_before_the_first_write(ws: Workspace, tmp_path: Path) -> None:
    one = await fake(ws, "one")
    one.seed("1", from_name="a", auth="password")
    seen: list[list[Path]] = []
    one.on_write = lambda _what: seen.append(sorted(tmp_path.rglob("backups/*.toml")))
    report = await run(ws, create_step(1), update_step(2, "1", {"from_name": ("a", "b")}))
    assert outcomes(report) == ["created", "updated"]
    (path,) = seen[0]
    assert report.backup == str(path)
    assert 'from_name = "a"' in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_new_password_that_is_not_proven_is_stored_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLY_PW", secret_text("apply"))
    ws = workspace(tmp_path, monkeypatch, "one")
    # Nothing listens there: whether the password works cannot be told.
    closed = {"smtp.example.com:587": "127.0.0.1:1"}
    ws.config = SimpleNamespace(  # type: ignore[assignment]
        **{**vars(ws.config), "probe": _with_resolve(ws.config.probe, closed)}
    )
    one = await fake(ws, "one")
    one.seed("1")
    with pytest.raises(NotProvenError) as refused:
        await run(ws, update_step(1, "1", {}, expect={"port": 587}, secret=SECRET), kind=PlanKind.ROTATE)
    assert "smtp.example.com:587" in refused.value.message
    assert one.calls == ["list"]
    assert list_runs(ws) == []


def _with_resolve(probe: Any, resolve: dict[str, str]) -> Any:
    return probe._replace(resolve=resolve)


async def test_an_undo_gives_the_default_back_without_a_verification(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.seed("1", default=False)
    one.seed("2", default=True)
    one.verdicts["1"] = Opinion(Status.UNKNOWN)
    step = update_step(1, "1", {"default": (False, True)})
    assert outcomes(await run(ws, step)) == ["failed"]
    assert outcomes(await run(ws, step, kind=PlanKind.UNDO, id="plan-2", undoes="r")) == ["updated"]
    assert one.records["1"].default


async def test_runs_are_listed_newest_first_and_found_by_a_prefix(ws: Workspace) -> None:
    await run(ws, create_step(1))
    await run(ws, create_step(2), id="plan-2")
    runs = list_runs(ws)
    assert [item.plan for item in runs] == ["plan-2", "plan-1"]
    assert runs[0].counts["created"] == 1
    assert runs[0].steps == ()
    assert load_report(ws, runs[0].id).steps[0].target == "one/2"
    with pytest.raises(UsageError):
        load_report(ws, "nothing")
    with pytest.raises(UsageError):
        load_report(ws, runs[0].id[:8])


async def test_a_read_only_account_forbids_only_plans_that_write_to_it(ws: Workspace) -> None:
    ws.config.accounts["two"].read_only = True  # type: ignore[misc]
    blocked = Step(
        n=2,
        action=StepAction.BLOCKED,
        source=None,
        target="two/9",
        blocked=Block("read_only", "two is open for reading only."),
    )
    report = await run(ws, create_step(1), blocked)
    assert outcomes(report) == ["created", "blocked"]
    with pytest.raises(ReadOnlyError):
        refuse_unsafe(ws, make_plan(create_step(1), create_step(2, account="two"), id="plan-2"), AGREED)
    assert (await fake(ws, "two")).calls == []


async def test_a_rate_limited_write_is_sent_again(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.refuse_of["new1"] = RateLimitedError("too many", retry_after=3)

    def enough(what: str) -> None:
        if one.calls.count("create") == 3:
            one.refuse_of.clear()

    one.on_write = enough
    assert outcomes(await run(ws, create_step(1), create_step(2))) == ["created", "created"]
    assert [item.username for item in one.records.values()] == ["new1", "new2"]
    assert [event for step, event in read_journal(ws) if step == 1][:6] == [
        "attempt", "failed", "attempt", "failed", "attempt", "written",
    ]  # fmt: skip


async def test_an_account_that_keeps_refusing_for_the_rate_is_left_to_a_resume(
    ws: Workspace,
) -> None:
    one, two = await fake(ws, "one"), await fake(ws, "two")
    for n in range(1, 4):
        one.refuse_of[f"new{n}"] = RateLimitedError("too many", retry_after=3)
    report = await run(ws, *(create_step(n) for n in range(1, 5)), create_step(5, account="two"))
    assert outcomes(report) == ["failed", "not started", "not started", "not started", "created"]
    assert (one.calls.count("create"), two.calls.count("create")) == (5, 1)
    assert report.state is RunState.INCOMPLETE
    one.refuse_of.clear()
    assert outcomes(await resume_last(ws)) == ["created"] * 5


async def test_a_rate_limit_of_more_than_a_minute_ends_the_account_and_says_how_long(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    one.refuse_of["new2"] = RateLimitedError("too many", retry_after=119.5)
    report = await run(ws, create_step(1), create_step(2), create_step(3))
    assert outcomes(report) == ["created", "failed", "not started"]
    assert one.calls.count("create") == 2
    error = report.steps[1].error
    assert error is not None
    assert "120 s" in str(error["hint"]) and "resume" in str(error["hint"]).lower()
    assert report.state is RunState.INCOMPLETE


async def test_verifications_of_a_rate_limited_account_are_left_to_a_resume(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    one.refuse_of["new2"] = RateLimitedError("too many", retry_after=3600)
    verify, waits = one.verify_stored, True

    async def waiting(current: Credential, **more: Any) -> VerificationResult:
        if waits:
            await await_unless_cancelled(asyncio.Event().wait())
        return await verify(current, **more)

    one.verify_stored = waiting  # type: ignore[method-assign]
    report = await asyncio.wait_for(run(ws, create_step(1), create_step(2), create_step(3)), 60)
    assert outcomes(report) == ["created", "failed", "not started"]
    assert (report.state, report.steps[0].verification) == (RunState.INCOMPLETE, None)
    waits = False
    one.refuse_of.clear()
    report = await resume_last(ws)
    assert [step.verification for step in report.steps] == ["verified"] * 3


async def test_a_record_that_could_not_become_the_default_is_created_and_a_resume_makes_it_the_default(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    refusing = True

    def no_default(what: str) -> None:
        if what == "set_default" and refusing:
            raise ForbiddenError("not yours to choose")

    one.on_write = no_default
    report = await run(ws, create_step(1, default=True), create_step(2))
    assert outcomes(report) == ["created", "created"]
    assert report.state is RunState.INCOMPLETE
    step = report.steps[0]
    assert step.is_unfinished
    assert step.error is not None
    assert (step.verification, step.error["kind"]) == ("verified", "forbidden")
    assert step.detail == "one/1 is stored but is not the default."
    refusing = False
    report = await resume_last(ws)
    assert outcomes(report) == ["created", "created"]
    assert (report.state, report.steps[0].error) == (RunState.FINISHED, None)
    assert one.records["1"].default
    assert one.calls.count("create") == 2


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_a_lost_answer_to_setting_the_default_is_settled_by_reading(ws: Workspace, lose: str) -> None:
    one = await fake(ws, "one")
    one.seed("9", default=True)
    lost_at = "set_default"

    def losing(what: str) -> None:
        if what == lost_at and one.calls.count(what) == 1:
            one.lose, one.losses = lose, 1

    one.on_write = losing
    report = await run(ws, create_step(1, default=True, username="later"))
    assert (outcomes(report), report.state) == (["created"], RunState.FINISHED)
    assert report.steps[0].error is None
    assert [item.default for item in one.records.values()] == [False, True]
    assert one.calls.count("set_default") == (2 if lose == "before" else 1)


async def test_setting_the_default_has_attempts_of_its_own(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.lose, one.losses = "before", 2
    report = await run(ws, create_step(1, default=True))
    assert (outcomes(report), report.state) == (["created"], RunState.FINISHED)
    assert one.records["1"].default
    assert (one.calls.count("create"), one.calls.count("set_default")) == (3, 1)


async def test_a_default_that_was_never_set_is_reported_with_the_stored_record(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    losing = True

    def lost(what: str) -> None:
        if what == "set_default" and losing:
            one.lose, one.losses = "before", 1

    one.on_write = lost
    report = await run(ws, create_step(1, default=True))
    step = report.steps[0]
    assert (outcomes(report), report.state) == (["created"], RunState.INCOMPLETE)
    assert step.is_unfinished
    assert step.error is not None
    assert (step.verification, step.error["kind"]) == ("verified", "unavailable")
    assert step.detail == "one/1 is stored but is not the default."
    assert one.calls.count("set_default") == 3
    losing = False
    report = await resume_last(ws)
    assert (outcomes(report), report.state) == (["created"], RunState.FINISHED)
    assert one.records["1"].default
    assert one.calls.count("create") == 1


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_a_default_that_cannot_be_read_is_settled_by_a_resume(ws: Workspace, lose: str) -> None:
    one = await fake(ws, "one")
    listing = one.list

    async def unreadable() -> AsyncGenerator[Page | ListingEnd, None]:
        if "set_default" in one.calls:
            raise UnavailableError("down")
        async for item in listing():
            yield item

    def losing(what: str) -> None:
        if what == "set_default" and one.list is unreadable:
            one.lose, one.losses = lose, 1

    one.list, one.on_write = unreadable, losing  # type: ignore[method-assign]
    report = await run(ws, create_step(1, default=True))
    step = report.steps[0]
    assert (outcomes(report), report.state) == (["created"], RunState.INCOMPLETE)
    assert step.error is not None
    assert (step.verification, step.error["kind"]) == ("verified", "outcome_unknown")
    assert step.detail == "one/1 is stored; whether it is the default is unknown."
    one.list = listing  # type: ignore[method-assign]
    sent = one.calls.count("set_default")
    report = await resume_last(ws)
    assert (outcomes(report), report.state, report.steps[0].error) == (["created"], RunState.FINISHED, None)
    assert one.records["1"].default
    assert one.calls.count("set_default") == sent + (lose == "before")


async def test_a_verification_that_was_stopped_while_it_waited_is_made_by_a_resume(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.verdicts["1"] = StoppedError("Stopped while it waited for its turn. Nothing was sent.")
    report = await run(ws, create_step(1), create_step(2), is_held=lambda: "create" in one.calls)
    assert outcomes(report) == ["created", "not started"]
    assert (report.state, report.steps[0].verification) == (RunState.INTERRUPTED, None)
    one.verdicts.clear()
    report = await resume_last(ws)
    assert [step.verification for step in report.steps] == ["verified", "verified"]
    assert report.state is RunState.FINISHED
    assert one.calls.count("create") == 2


async def test_a_run_stopped_while_it_only_had_to_verify_is_interrupted_and_not_finished(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    one.verdicts["1"] = StoppedError("Stopped while it waited for its turn. Nothing was sent.")
    report = await run(ws, create_step(1), is_held=lambda: "create" in one.calls)
    assert (outcomes(report), report.state) == (["created"], RunState.INTERRUPTED)
    one.verdicts.clear()
    assert (await resume_last(ws)).steps[0].verification == "verified"


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_a_lost_answer_whose_settling_was_stopped_while_it_waited_is_settled_by_a_resume(
    ws: Workspace, lose: str
) -> None:
    one = await fake(ws, "one")
    one.lose = lose
    waits = True
    listing = one.list

    async def waiting() -> AsyncGenerator[Page | ListingEnd, None]:
        if waits and "create" in one.calls:
            await await_unless_cancelled(asyncio.Event().wait())
        async for item in listing():
            yield item

    one.list = waiting  # type: ignore[method-assign]
    stopped = run(ws, create_step(1), create_step(2), is_held=lambda: "create" in one.calls)
    report = await asyncio.wait_for(stopped, 60)
    assert report.state is RunState.INTERRUPTED
    assert outcomes(report) == ["unknown", "not started"]
    assert "`smtptui apply --resume` finds that out" in report.steps[0].detail
    assert [event for _, event in read_journal(ws)].count("unknown") == 0
    waits = False
    report = await resume_last(ws)
    assert outcomes(report) == ["created", "created"]
    assert len(one.records) == 2


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_after_a_stop_a_lost_write_is_looked_for_once_and_not_sent_again(
    ws: Workspace, lose: str
) -> None:
    one = await fake(ws, "one")
    one.lose = lose
    report = await run(ws, create_step(1), create_step(2), is_held=lambda: "create" in one.calls)
    assert report.state is RunState.INTERRUPTED
    assert outcomes(report) == ["created" if lose == "after" else "not started", "not started"]
    assert one.calls.count("create") == 1
    report = await resume_last(ws)
    assert (outcomes(report), report.state) == (["created", "created"], RunState.FINISHED)
    assert len(one.records) == 2


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_after_a_stop_a_lost_promotion_is_looked_for_once_and_not_sent_again(
    ws: Workspace, lose: str
) -> None:
    one = await fake(ws, "one")

    def losing(what: str) -> None:
        if what == "set_default" and one.calls.count(what) == 1:
            one.lose, one.losses = lose, 1

    one.on_write = losing
    report = await run(ws, create_step(1, default=True), is_held=lambda: "set_default" in one.calls)
    ended = RunState.FINISHED if lose == "after" else RunState.INTERRUPTED
    assert (outcomes(report), report.state) == (["created"], ended)
    assert one.calls.count("set_default") == 1
    report = await resume_last(ws)
    assert (outcomes(report), report.state) == (["created"], RunState.FINISHED)
    assert one.records["1"].default


async def test_a_verification_whose_lost_verdict_could_not_be_looked_up_for_a_stop_is_made_by_a_resume(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    one.verdicts["1"] = OutcomeUnknownError("The connection broke.")
    listing, verify = one.list, one.verify_stored

    async def written(current: Credential, **more: Any) -> VerificationResult:
        record_write()
        return await verify(current, **more)

    async def waiting() -> AsyncGenerator[Page | ListingEnd, None]:
        if "verify" in one.calls and one.verdicts:
            await await_unless_cancelled(asyncio.Event().wait())
        async for item in listing():
            yield item

    one.list, one.verify_stored = waiting, written  # type: ignore[method-assign]
    report = await asyncio.wait_for(run(ws, create_step(1), is_held=lambda: "verify" in one.calls), 60)
    assert (report.state, report.steps[0].verification) == (RunState.INTERRUPTED, None)
    one.verdicts.clear()
    assert (await resume_last(ws)).steps[0].verification == "verified"


async def test_a_default_that_has_not_moved_yet_is_deleted_by_a_resume(
    ws: Workspace,
) -> None:
    one = await fake(ws, "one")
    one.seed("8", default=True, from_name="X")
    one.seed("9", default=False)
    refusing = True

    def refused(what: str) -> None:
        if what == "set_default" and refusing:
            raise ForbiddenError("not yours to choose")

    one.on_write = refused
    steps = [
        update_step(1, "9", {"default": (False, True)}),
        delete_step(2, "8", default=False, from_name="X"),
    ]
    report = await run(ws, *steps)
    assert outcomes(report) == ["failed", "failed"]
    error = report.steps[1].error
    assert error is not None
    assert (error["kind"], error["code"]) == ("refused", "default_not_moved")
    assert "delete" not in one.calls
    refusing = False
    report = await resume_last(ws)
    assert (outcomes(report), report.state) == (["updated", "deleted"], RunState.FINISHED)


async def test_a_default_that_somebody_chose_meanwhile_is_not_deleted(ws: Workspace) -> None:
    one = await fake(ws, "one")
    one.seed("8", default=True)
    report = await run(ws, delete_step(1, "8", default=False))
    assert (outcomes(report), report.state) == (["stale"], RunState.FINISHED)
    assert "delete" not in one.calls


async def test_closing_a_run_before_a_deletion_leaves_no_verification_running(
    ws: Workspace,
) -> None:
    """A deletion waits for what goes on beside: the default may have to move first."""
    one = await fake(ws, "one")
    one.seed("9", from_name="X")
    begun, ended, both = list[str](), list[str](), asyncio.Event()

    async def hanging(current: Credential, **_more: Any) -> VerificationResult:
        begun.append(current.id)
        if len(begun) == 2:
            both.set()
        try:
            await asyncio.Event().wait()
            raise AssertionError
        finally:
            ended.append(current.id)

    one.verify_stored = hanging  # type: ignore[method-assign]
    running = asyncio.create_task(run(ws, create_step(1), create_step(2), delete_step(3, "9", from_name="X")))

    await asyncio.wait_for(both.wait(), 60)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(ended) == sorted(begun)
    assert "delete" not in one.calls


async def taken_up(ws: Workspace) -> RunReport:
    """What is left of the last run, without its locks."""
    last = list_runs(ws)[0].id
    left = RunExecutor(ws, RunJournal(ws, last, load_run(ws, last).plan), frozenset())
    return await check_events([event async for event in left.resume(lambda: False)])


@pytest.mark.parametrize("how", ["read-only", "gone"])
async def test_an_account_that_became_unwritable_fails_at_a_resume_and_the_others_continue(
    ws: Workspace, how: str
) -> None:
    one, two = await fake(ws, "one"), await fake(ws, "two")
    one.refuse_of = {f"new{n}": UnavailableError("down") for n in (1, 2)}
    two.refuse_of = {"new3": UnavailableError("down")}
    steps = [create_step(1), create_step(2), create_step(3, account="two")]
    assert outcomes(await run(ws, *steps)) == ["failed"] * 3
    one.refuse_of.clear()
    two.refuse_of.clear()
    config = ws.config.accounts["one"]
    names = ws.account_names
    if how == "gone":
        ws.account_names = ("two",)
    else:
        config.read_only = True  # type: ignore[misc]
    before = list(one.calls)
    report = await taken_up(ws)
    assert outcomes(report) == ["failed", "not started", "created"]
    assert one.calls == before
    assert report.state is RunState.INCOMPLETE
    error = report.steps[0].error
    assert error is not None
    assert (error["kind"], error["account"]) == ("read_only" if how == "read-only" else "usage", "one")
    with pytest.raises(ReadOnlyError if how == "read-only" else UsageError):
        await taken_up(ws)
    config.read_only = False  # type: ignore[misc]
    ws.account_names = names
    assert outcomes(await resume_last(ws)) == ["created"] * 3
