"""What the screens of plans and runs know without a screen: choices that add up, and counts that add up."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from hypothesis import given
from hypothesis import strategies as st

from smtptui.presentation.plans import step_spans
from smtptui.presentation.runs import IN_PROGRESS, STEP_STATES, WAITING
from smtptui.presentation.values import to_plain_text
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import ACTIONABLE, StepAction
from smtptui.tui.jobs.job_board import JobBoard, JobKind
from smtptui.tui.runs.plan_choices import PlanChoices
from smtptui.tui.runs.run_progress import RunProgress
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.runs.events import RunStarted, StepEnded, StepStarted
from tests.tui.fake_runs import STEPS, RunningWorkspace, plan_of, step
from tests.tui.fakes import NOW


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7])))
def test_steps_taken_out_and_in_always_add_up_and_never_touch_the_plan_itself(turned: list[int]) -> None:
    plan = plan_of()
    choices = PlanChoices(plan)
    for n in turned:
        possible = choices.toggle_step(n)
        assert possible == any(item.n == n and item.action in ACTIONABLE for item in STEPS)
    assert sum(choices.count_steps().values()) == len(STEPS)
    assert (
        len(choices.selected_steps)
        == choices.count_steps()["create"] + choices.count_steps()["adopt"] + choices.count_steps()["update"]
    )
    assert not {item.n for item in choices.selected_steps} & choices.skipped
    assert [item.n for item in choices.selected_plan.steps] == [item.n for item in plan.steps]
    assert choices.plan.digest == plan_of().digest


def test_a_loss_is_needed_only_where_a_chosen_step_has_it() -> None:
    choices = PlanChoices(plan_of())
    assert [(loss.field, loss.steps) for loss in choices.losses] == [
        ("reply_to_email", 2),
        ("native.quota", 1),
    ]
    choices.toggle_loss("reply_to_email")
    assert choices.unaccepted_losses == ["native.quota"]
    choices.toggle_step(2)
    assert choices.unaccepted_losses == []
    choices.toggle_loss("reply_to_email")
    assert choices.unaccepted_losses == ["reply_to_email"]
    choices.toggle_all()
    assert not choices.skipped and choices.unaccepted_losses == ["reply_to_email", "native.quota"]
    choices.toggle_all()
    assert (
        not choices.selected_steps and choices.unaccepted_losses == [] and choices.irreversible_warnings == []
    )


def test_every_outcome_and_every_action_has_a_glyph_of_its_own_word() -> None:
    assert {*StepOutcome, WAITING, IN_PROGRESS} <= set(STEP_STATES)
    for action in StepAction:
        assert str(action) in to_plain_text(step_spans(step(1, str(action), "x")))


async def never_begin(is_held: Callable[[], bool]) -> AsyncGenerator[object, None]:
    raise AssertionError
    yield


_EVENTS = st.lists(st.tuples(st.integers(1, 8), st.sampled_from([None, *StepOutcome])))


@given(_EVENTS, st.booleans())
def test_the_counts_of_a_run_add_up_whatever_comes_and_whenever_it_ends(events: list[tuple[int, StepOutcome | None]], end: bool) -> None:  # fmt: skip
    steps = [step(n, "create", f"s{n}") for n in range(1, 9)]
    job = RunProgress.from_plan(plan_of(steps))
    job.start(JobBoard(lambda: NOW).add(job.title, JobKind.RUN, Operation(never_begin)))
    job.handle_event(RunStarted("run-1", "plan-1", 8, 8))
    for n, outcome in events:
        if outcome is None:
            job.handle_event(StepStarted(n, f"s{n}", None, "create"))
        else:
            job.handle_event(StepEnded(RunningWorkspace.report_of(steps[n - 1], outcome)))
        assert sum(job.counts.values()) == 8
        done, total = job.done_and_total
        assert 0 <= done <= total == 8
    if end:
        job.finish()
        assert not {WAITING, IN_PROGRESS} & set(job.counts)
    assert sum(job.counts.values()) == 8
    assert all(to_plain_text(state.spans()) for state in job.steps.values())


def test_what_cannot_be_taken_back_is_said_once_of_records_alike_and_by_name_of_one() -> None:
    def gone(n: int) -> list[str]:
        return [f"The password of other/{n} goes with it."]

    steps = [step(n, "delete", f"s{n}", irreversible=gone(n)) for n in (1, 2, 3)]
    choices = PlanChoices(plan_of(steps))
    assert choices.irreversible_warnings == ["The password of the record goes with it. (3 steps)"]
    choices.toggle_step(1)
    choices.toggle_step(2)
    assert choices.irreversible_warnings == gone(3)
    assert "other/1; acme/1 stays" in to_plain_text(step_spans(steps[0]))
