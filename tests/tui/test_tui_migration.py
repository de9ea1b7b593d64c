"""Migrate, rotate, undo and resume on screen, driven by keys over use cases that answer from memory."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from smtptui.model.capability import Consent
from smtptui.model.errors import NotProvenError, UnavailableError
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import Expectation, PlanKind, Step
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.runs.plan_screen import PlanScreen
from smtptui.tui.runs.request_screen import RequestScreen
from smtptui.tui.runs.run_controller import RunController
from smtptui.tui.runs.run_screen import RunScreen
from smtptui.tui.runs.runs_screen import RunsScreen
from smtptui.workspace.core.operation import RateWait
from smtptui.workspace.runs.events import LoginTried, RunState
from tests.canary import CANARY, secret_text
from tests.tui.fake_runs import STEPS, RunningWorkspace, plan_of, step
from tests.tui.grid import grid, lines, running, shows, until


async def to_the_plan(pilot: Pilot[Any]) -> None:
    await shows(pilot, "Name 1", "Distant")
    await pilot.press("M")
    await shows(pilot, "Make the plan", "‹ acme")
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await shows(pilot, "Plan · Migrate acme → other")


async def agree(pilot: Pilot[Any]) -> None:
    await pilot.press("s")
    await shows(pilot, "Type yes to agree")
    await pilot.press("shift+tab", *"yes", "enter", "enter")


async def started(pilot: Pilot[Any]) -> None:
    """From the list to a run under way, every loss accepted."""
    await to_the_plan(pilot)
    await pilot.press("space", "j", "space")
    await shows(pilot, "Ready: 4 steps to do")
    await agree(pilot)
    await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))


async def test_the_plan_shows_steps_losses_blocks_and_what_cannot_be_taken_back() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await to_the_plan(pilot)
        await shows(
            pilot,
            "6 steps: 2 create · 1 adopt · 1 update · 1 no-op · 1 blocked",
            "[ ] reply_to_email",
            "not accepted",
            "[x] + create   Billing",
            "loses reply_to_email",
            "[x] = adopt    News",
            "[x] ~ update   Support",
            "! cannot be undone",
            "! blocked  Lost",
        )
        assert "\x1b" not in grid(app)
        await pilot.press("j", "j")
        await shows(
            pilot,
            "stores host smtp.alpha.example · port 587",
            "password: read from acme/1",
            "Replies go to",
        )
        await pilot.press("j", "j", "j")
        await shows(pilot, "from_name: Old [/] → New", "cannot be undone: The stored password")
        await pilot.press("G", "enter")
        await shows(pilot, "Details of the step", "[passwords]", '"acme/6" = "env:X"')
        await pilot.press("escape")
        await shows(pilot, "p types a password for 1 step")
        assert app.services.workspace.calls("plan")[0][1].source == "acme"


async def test_nothing_starts_before_every_loss_is_accepted_by_its_own_toggle() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await to_the_plan(pilot)
        await shows(pilot, "Not accepted yet: reply_to_email, native.quota.")
        await pilot.press("s")
        await shows(pilot, "Cannot start: Lost and not accepted: native.quota, reply_to_email.")
        await pilot.press("space")
        await shows(pilot, "Not accepted yet: native.quota.", "[x] reply_to_email")
        # The only step that loses the quota goes out, and with it the need to accept it.
        await pilot.press("j", "j", "j", "space")
        await shows(pilot, "[ ] + create   [b]x[/b]", "skipped", "Ready: 3 steps to do", "not needed")
        await agree(pilot)
        await shows(pilot, "Finished", "1 created", "2 blocked")
        _, plan, options, _ = app.services.workspace.calls("apply")[0]
        assert options.accept_losses == {"reply_to_email"}
        assert [item.n for item in plan.steps if item.blocked and item.blocked.code == "not_selected"] == [2]


async def test_focus_starts_on_the_harmless_button_and_only_a_typed_yes_starts() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await to_the_plan(pilot)
        await pilot.press("space", "j", "space", "s")
        await shows(pilot, "Type yes to agree", "To do at other: 2 create · 1 adopt · 1 update.", "acme is not touched.",
                    "Lost, as accepted: reply_to_email, native.quota.", "CANNOT BE UNDONE: The stored password")  # fmt: skip
        assert isinstance(app.focused, Button) and app.focused.id == "no"
        await pilot.press("y", "enter", "escape")
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        assert not app.services.workspace.calls("apply")


async def test_run_shows_every_step_live_and_counts_that_add_up() -> None:
    uses = RunningWorkspace()
    uses.run_gate = asyncio.Event()
    async with running(uses) as (app, pilot):
        await started(pilot)
        await shows(pilot, "Running [###.........] 1/4", "✓ created", "… under way", "create…", "· waiting",
                    "6 steps: 1 created · 1 unchanged · 1 blocked · 1 under way · 2 waiting")  # fmt: skip
        # Never frozen: the cursor moves, and one can go back to the list and come again.
        await pilot.press("j")
        await shows(pilot, ">… under way")
        await pilot.press("escape")
        await shows(pilot, "Account▲", "Running 1/4")
        await pilot.press("M")
        await shows(pilot, "Running [###")
        uses.run_gate.set()
        await shows(pilot, "Finished [############] 4/4",
                    "6 steps: 2 created · 1 adopted · 1 updated · 1 unchanged · 1 blocked", "✓ verified by probe")  # fmt: skip
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        await until(pilot, lambda: ("list", "other") in app.services.workspace.asked)


async def test_a_rate_wait_is_shown_on_the_run_and_on_the_list() -> None:
    uses = RunningWorkspace()
    uses.run_gate = asyncio.Event()
    uses.wait = RateWait("other", 50.0)
    async with running(uses) as (app, pilot):
        await started(pilot)
        await shows(pilot, "Running [###", "other: rate limit, next request in 50 s")
        await pilot.press("escape")
        await shows(pilot, "Account▲", "other: rate limit, next request in 50 s · Running 1/4")
        await pilot.press("M")
        await shows(pilot, "Running [###")
        uses.run_gate.set()
        await shows(pilot, "Finished [############] 4/4")
        assert not any("rate limit" in line for line in lines(app))
        (entry,) = [entry for entry in app.services.jobs if entry.title.startswith("Migrate")]
        assert any("other: rate limit, next request in 50 s" in line for _, line in entry.log_lines)


async def test_stop_ends_after_the_step_in_flight_and_resume_goes_on_from_there() -> None:
    uses = RunningWorkspace()
    uses.run_gate = asyncio.Event()
    async with running(uses) as (app, pilot):
        await started(pilot)
        await shows(pilot, "… under way")
        await pilot.press("c")
        await shows(pilot, "Stopping [###")
        await pilot.press("c")
        await shows(pilot, "Cannot stop: it stops after what is in flight.")
        uses.run_gate.set()
        await shows(pilot, "Stopped [######......] 2/4", "2 created", "2 not started")
        (entry,) = [entry for entry in app.services.jobs if entry.title.startswith("Migrate")]
        assert (entry.done, entry.total) == (2, 4)
        assert any(
            "smtptui apply --resume run-1" in line
            for notice in app.services.notices.all
            for line in notice.lines
        )
        await pilot.press("r")
        await shows(pilot, "Finished", "2 created · 1 adopted · 1 updated")
        ((_, run, options),) = app.services.workspace.calls("resume")
        assert run == "run-1" and options.accept_losses == {"reply_to_email", "native.quota"}


async def test_a_failed_step_tells_why_and_can_be_resumed() -> None:
    uses = RunningWorkspace(plan_of([step(1, "create", "Fine"), step(2, "create", "bad one")]))
    async with running(uses) as (_, pilot):
        await to_the_plan(pilot)
        await agree(pilot)
        await shows(pilot, "Ended, steps remain", "✗ failed", "1 created · 1 failed")
        await pilot.press("j")
        await shows(pilot, "The provider said no [b]x[/b]␛[31m", "Look there.", "a resume tries it again")
        await pilot.press("r")
        await shows(pilot, "Finished", "2 created")


async def test_a_refusal_of_the_run_is_kept_on_its_screen() -> None:
    uses = RunningWorkspace(plan_of([step(1, "create", "Fine")]))
    uses.apply_refusal = UnavailableError("The provider is away.", account="other")
    async with running(uses) as (_, pilot):
        await to_the_plan(pilot)
        await agree(pilot)
        await shows(
            pilot, "Not started", "✗ other: The provider is away.", "1 not started", "Nothing was changed."
        )
        await pilot.press("r")
        await shows(pilot, "Cannot resume: it was never started.")


async def test_a_limit_is_told_with_its_numbers_and_agreed_to_by_typing_them() -> None:
    uses = RunningWorkspace(plan_of([step(1, "update", "One"), step(2, "update", "Two")]))
    uses.limit = 1
    async with running(uses) as (app, pilot):
        await to_the_plan(pilot)
        await shows(
            pilot, "2 of 40 existing records of other would be changed; the limit", "allows 1. x agrees to"
        )
        await pilot.press("x")
        await shows(pilot, "Change 2 existing records in one account?", "Type 2 to agree")
        await pilot.press("shift+tab", "2", "enter", "enter")
        await shows(pilot, "Ready: 2 steps to do")
        await agree(pilot)
        await shows(pilot, "Finished", "2 updated")
        assert app.services.workspace.calls("apply")[0][2].max_changes == 2


async def test_an_unknown_record_is_overwritten_only_with_the_consent_of_a_typed_yes() -> None:
    sentence = "What is stored there is not known and cannot be brought back."
    unknown = step(1, "create", "One", expect=Expectation(checkable=False), irreversible=[sentence])
    async with running(RunningWorkspace(plan_of([unknown]))) as (app, pilot):
        await to_the_plan(pilot)
        await pilot.press("s")
        await shows(pilot, f"CANNOT BE UNDONE: {sentence[:40]}")
        await pilot.press("shift+tab", *"yes", "enter", "enter")
        await shows(pilot, "1 created")
        assert app.services.workspace.calls("apply")[0][2].consents == {Consent.OVERWRITE_UNKNOWN}


async def test_planning_is_stopped_by_escape_and_an_error_stays_beside_the_form() -> None:
    uses = RunningWorkspace()
    uses.plan_gate = asyncio.Event()
    async with running(uses) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("M", "f2")
        await shows(pilot, "Reading the accounts for the plan")
        await pilot.press("escape")
        await shows(pilot, "No plan was made.")
        assert isinstance(app.screen, RequestScreen)
        uses.plan_gate = None
        uses.refusals = [UnavailableError("other is away.", account="other")]
        await pilot.press("f2")
        await shows(pilot, "✗ other is away.", "Nothing was changed.")
        await pilot.press("f2")
        await shows(pilot, "Plan · Migrate")


async def test_marked_rows_become_selectors_and_the_same_account_is_refused() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("space", "space", "M")
        await shows(pilot, "acme/1 acme/2")
        await pilot.press("down", "left")
        await shows(pilot, "Target          ‹ acme")
        await pilot.press("f2")
        await shows(pilot, "acme is both source and target")
        await pilot.press("left")
        await shows(pilot, "Target          ‹ a file", "Target file")
        await pilot.press("f2")
        await shows(pilot, "Type the path of the file.")
        await pilot.press(*"out.toml", "f2")
        await shows(pilot, "Plan · Migrate")
        request = app.services.workspace.calls("plan")[0][1]
        assert request.target == "file:out.toml" and request.selectors == ("acme/1", "acme/2")


@pytest.mark.parametrize("key", ["M", "R"])
async def test_read_only_greys_it_with_the_reason(key: str) -> None:
    async with running(RunningWorkspace(read_only=True)) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press(key)
        await shows(pilot, "read-only")
        assert isinstance(app.screen, CredentialsScreen)


async def test_rotation_of_marked_rows_with_a_typed_password_shows_the_proof_first() -> None:
    rotation = plan_of([replace(item, source=None) for item in (step(1, "update", "One"), step(2, "update", "Two"))],
                       kind=PlanKind.ROTATE, source=None, target=None)  # fmt: skip
    uses = RunningWorkspace(rotation)
    uses.logins = [LoginTried("user-1", "smtp.example.org", 587, "verified", "")]
    async with running(uses) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("space", "space", "R")
        await shows(pilot, "acme/Name 1", "acme/Name 2", "type it")
        await pilot.press("f2")
        await shows(pilot, "The new password for 2 credentials", "kept in memory for this run only")
        await pilot.press(*secret_text(), "enter")
        await shows(pilot, "Plan · Rotate a password")
        assert CANARY not in grid(app)
        (_, addresses, more, password) = app.services.workspace.calls("rotation")[0]
        assert (
            addresses == ("acme/1", "acme/2")
            and more["password_from"] == "prompt:"
            and password == secret_text()
        )
        await agree(pilot)
        await shows(
            pilot,
            "The new password at each login",
            "✓ verified",
            "user-1 at smtp.example.org:587",
            "2 updated",
        )
        assert app.services.workspace.calls("apply")[0][3] == secret_text()
        assert uses.password == ""


async def test_new_password_is_typed_where_it_says_so_and_never_shown() -> None:
    uses = RunningWorkspace(
        plan_of([step(1, "update", "One")], kind=PlanKind.ROTATE, source=None, target=None)
    )
    async with running(uses) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("R")
        await shows(pilot, "type it", "The password")
        await pilot.press("h", "l", *secret_text())
        assert CANARY not in grid(app)
        await pilot.press("down", *"new-user", "f2")
        await shows(pilot, "Plan · Rotate a password")
        (_, _, more, password) = app.services.workspace.calls("rotation")[0]
        assert password == "hl" + secret_text()
        assert (more["password_from"], more["username"]) == ("prompt:", "new-user")


async def test_form_that_is_left_keeps_what_was_chosen_and_says_so() -> None:
    async with running(RunningWorkspace()) as (_, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("M")
        await shows(pilot, "Migrate credentials")
        await pilot.press("down", "left", "down", *"host=x", "escape")
        await shows(pilot, "Kept as a draft for this session: Target, Only these")
        await pilot.press("q")
        await shows(pilot, "Quit?", "Migrate (Target, Only these)")
        await pilot.press("n", "M")
        await shows(pilot, "Target          ‹ acme", "host=x", "Draft restored: Target, Only these.")
        await pilot.press("ctrl+c")
        await shows(pilot, "Not saved: Target, Only these.")


async def test_rotation_that_is_left_keeps_no_secret() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("R")
        await shows(pilot, "New username")
        await pilot.press(*secret_text(), "down", *"new-user", "escape")
        await shows(pilot, "Kept as a draft for this session: New username")
        (draft,) = app.services.drafts
        assert draft.texts == {"username": "new-user"}
        await pilot.press("R")
        await shows(pilot, "new-user", "Draft restored: New username.")


async def test_a_new_password_that_does_not_work_is_stored_nowhere() -> None:
    uses = RunningWorkspace(
        plan_of([step(1, "update", "One")], kind=PlanKind.ROTATE, source=None, target=None)
    )
    uses.logins = [LoginTried("user-1", "smtp.example.org", 587, "failed", "535 no [/]")]
    uses.apply_refusal = NotProvenError("The new password was refused at smtp.example.org:587.")
    async with running(uses) as (_, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("R", "f2")
        await pilot.press(*secret_text(), "enter")
        await shows(pilot, "Plan · Rotate a password")
        await agree(pilot)
        await shows(
            pilot, "Not started", "✗ failed", "535 no [/]", "The new password was refused", "1 not started"
        )


async def test_history_opens_a_run_undoes_it_and_resumes_it() -> None:
    uses = RunningWorkspace()
    async with running(uses) as (app, pilot):
        await started(pilot)
        await shows(pilot, "Finished")
        await pilot.press("escape", "H")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        await shows(pilot, "Runs · 1 run", "> 1h    finished    Migrate acme → other", "run run-1")
        await pilot.press("r")
        await shows(pilot, "Cannot resume: nothing of it is left to do.")
        await pilot.press("enter")
        await shows(pilot, "Finished", "✓ created")
        await pilot.press("escape")
        uses.plan = plan_of(
            [step(1, "delete", "One")], kind=PlanKind.UNDO, source=None, target=None, undoes="run-1"
        )
        await pilot.press("u")
        await shows(pilot, "Plan · Undo run run-1", "[x] - delete   One")
        assert app.services.workspace.calls("undo") == [("undo", "run-1", None)]
        await agree(pilot)
        await shows(pilot, "Finished", "1 deleted")


async def test_a_run_that_was_stopped_in_another_session_is_resumed_from_the_history() -> None:
    uses = RunningWorkspace(plan_of([step(1, "create", "One"), step(2, "create", "Two")]))
    reports = [uses.report_of(item, word) for item, word in zip(uses.plan.steps, (StepOutcome.CREATED, StepOutcome.NOT_STARTED), strict=True)]  # fmt: skip
    uses.reports = [uses.run_of(reports, RunState.INTERRUPTED, uses.plan)]
    async with running(uses) as (_, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("H")
        await shows(pilot, "interrupted", "1 created · 1 not")
        await pilot.press("r")
        await shows(pilot, "Finished", "2 created")


async def test_a_finished_run_that_did_not_verify_says_so_in_the_history() -> None:
    uses = RunningWorkspace(plan_of([step(1, "create", "One"), step(2, "create", "Two")]))
    good = [uses.report_of(item, StepOutcome.CREATED) for item in uses.plan.steps]
    uses.reports = [
        uses.run_of([good[0], replace(good[1], verification="failed")], RunState.FINISHED, uses.plan)
    ]
    async with running(uses) as (_, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("H")
        await shows(pilot, "finished    Migrate acme → other", "1 not verified · 2 cre")


async def test_a_typed_password_unblocks_what_waits_for_one() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await to_the_plan(pilot)
        await pilot.press("p")
        await shows(pilot, "The password for the steps that wait for one")
        await pilot.press(*secret_text("given"), "enter")
        await until(pilot, lambda: len(app.services.workspace.calls("plan")) == 2)
        assert [call[1].password_from for call in app.services.workspace.calls("plan")] == [None, "prompt:"]
        await shows(pilot, "Plan · Migrate")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RequestScreen))
        assert app.services.workspace.password == ""
        assert CANARY not in grid(app)


async def test_leaving_a_plan_that_was_worked_on_asks_first() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await to_the_plan(pilot)
        await pilot.press("space", "escape")
        await shows(pilot, "Leave the plan?")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PlanScreen))
        await shows(pilot, "[x] reply_to_email")


async def test_quitting_while_a_run_is_under_way_asks_and_ends_the_step_in_flight() -> None:
    uses = RunningWorkspace()
    uses.run_gate = asyncio.Event()
    async with running(uses) as (app, pilot):
        await started(pilot)
        await shows(pilot, "… under way")
        await pilot.press("ctrl+c")
        await shows(pilot, "Quit?", "A run is under way: 6 steps: 1 created")
        await pilot.press("y")
        await until(pilot, lambda: app.services.controller(RunController).running.is_stopping)
        uses.run_gate.set()
        await until(pilot, lambda: app.return_code == 0)
        assert any("2 created" in line for line in app.services.shutdown.exit_messages)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_no_screen_is_wider_than_the_terminal(size: tuple[int, int]) -> None:
    many: list[Step] = [
        replace(item, n=n * 10 + item.n, label=item.label * 9) for n in range(9) for item in STEPS
    ]
    async with running(RunningWorkspace(plan_of(many)), size=size) as (app, pilot):
        await to_the_plan(pilot)
        assert all(len(line) <= size[0] for line in lines(app))
        await pilot.press("space", "j", "space", "G")
        await shows(pilot, "> ", "Ready: 36 steps")
        await agree(pilot)
        await shows(pilot, "Finished", "18 created")
        assert all(len(line) <= size[0] for line in lines(app))
        await pilot.press("G")
        await shows(pilot, ">! blocked")


async def test_the_form_keeps_what_was_typed_when_one_comes_back_from_the_plan() -> None:
    async with running(RunningWorkspace()) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("M", "down", "down", *"status=verified", "f2")
        await shows(pilot, "Plan · Migrate")
        await pilot.press("escape")
        await shows(pilot, "status=verified")
        assert isinstance(app.focused, Input)


async def test_marks_of_other_accounts_are_left_out_and_that_is_said() -> None:
    async with running(RunningWorkspace()) as (_, pilot):
        await shows(pilot, "Name 1", "Distant")
        await pilot.press("asterisk", "M")
        await shows(pilot, "acme/1 acme/2 acme/3", "1 marked credential of other accounts: not included.")


@pytest.mark.parametrize(("key", "word"), [("r", "resume"), ("u", "undo")])
async def test_read_only_shows_the_runs_and_greys_what_would_write(key: str, word: str) -> None:
    uses = RunningWorkspace(plan_of([step(1, "create", "One"), step(2, "create", "Two")]), read_only=True)
    words = (StepOutcome.CREATED, StepOutcome.NOT_STARTED)
    reports = [uses.report_of(item, word) for item, word in zip(uses.plan.steps, words, strict=True)]
    uses.reports = [uses.run_of(reports, RunState.INTERRUPTED, uses.plan)]
    async with running(uses) as (app, pilot):
        await shows(pilot, "Name 1")
        await pilot.press("H")
        await shows(pilot, "interrupted")
        await pilot.press(key)
        await shows(pilot, f"Cannot {word}: other is read-only.")
        await pilot.press("enter")
        await shows(pilot, "Stopped", "1 created · 1 not started", f"({key} {word})")
        assert not app.services.workspace.calls("resume") and not app.services.workspace.calls("undo")
