"""What the screens of plans and runs know without a screen: choices that add up, and counts that add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smtptui.presentation.plans import step_text
from smtptui.presentation.runs import GLYPHS, state_text
from smtptui.sync.plan import TRIED, Action
from smtptui.tui.runs.plan_choices import PlanChoices
from smtptui.tui.runs.run_job import UNDER_WAY, WAITING, RunJob
from smtptui.workspace.runs.events import Outcome, RunStarted, StepBegun, StepEnded
from tests.tui.fake_runs import STEPS, RunningUseCases, plan_of, step


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7])))
def test_steps_taken_out_and_in_always_add_up_and_never_touch_the_plan_itself(turned: list[int]):
    plan = plan_of()
    choices = PlanChoices(plan)
    for n in turned:
        possible = choices.turn_step(n)
        assert possible == any(item.n == n and item.action in TRIED for item in STEPS)
    assert sum(choices.counts().values()) == len(STEPS)
    assert (
        len(choices.to_do)
        == choices.counts()["create"] + choices.counts()["adopt"] + choices.counts()["update"]
    )
    assert not {item.n for item in choices.to_do} & choices.left_out
    assert [item.n for item in choices.chosen.steps] == [item.n for item in plan.steps]
    assert choices.plan.digest == plan_of().digest


def test_a_loss_is_needed_only_where_a_chosen_step_has_it():
    choices = PlanChoices(plan_of())
    assert [(loss.field, loss.steps) for loss in choices.losses] == [
        ("reply_to_email", 2),
        ("native.quota", 1),
    ]
    choices.turn_loss("reply_to_email")
    assert choices.unaccepted == ["native.quota"]
    choices.turn_step(2)
    assert choices.unaccepted == []
    choices.turn_loss("reply_to_email")
    assert choices.unaccepted == ["reply_to_email"]
    choices.turn_all()
    assert not choices.left_out and choices.unaccepted == ["reply_to_email", "native.quota"]
    choices.turn_all()
    assert not choices.to_do and choices.unaccepted == [] and choices.irreversible == []


def test_every_outcome_and_every_action_has_a_glyph_of_its_own_word():
    assert {*Outcome, WAITING, UNDER_WAY} <= set(GLYPHS)
    for action in Action:
        assert str(action) in step_text(step(1, str(action), "x")).plain


_EVENTS = st.lists(st.tuples(st.integers(1, 8), st.sampled_from([None, *Outcome])))


@given(_EVENTS, st.booleans())
def test_the_counts_of_a_run_add_up_whatever_comes_and_whenever_it_ends(events: list[tuple[int, Outcome | None]], end: bool):  # fmt: skip
    steps = [step(n, "create", f"s{n}") for n in range(1, 9)]
    job = RunJob.of_plan(plan_of(steps))
    job.begin()
    job.apply(RunStarted("run-1", "plan-1", 8, 8))
    for n, outcome in events:
        if outcome is None:
            job.apply(StepBegun(n, f"s{n}", None, "create"))
        else:
            job.apply(StepEnded(RunningUseCases.report_of(steps[n - 1], outcome)))
        assert sum(job.counts.values()) == 8
        done, total = job.progress
        assert 0 <= done <= total == 8
    if end:
        job.finish()
        assert not {WAITING, UNDER_WAY} & set(job.counts)
    assert sum(job.counts.values()) == 8
    assert all(state_text(state).plain for state in job.steps.values())


def test_what_cannot_be_taken_back_is_said_once_of_records_alike_and_by_name_of_one():
    def gone(n: int) -> list[str]:
        return [f"The password of other/{n} goes with it."]

    steps = [step(n, "delete", f"s{n}", irreversible=gone(n)) for n in (1, 2, 3)]
    choices = PlanChoices(plan_of(steps))
    assert choices.irreversible == ["The password of the record goes with it. (3 steps)"]
    choices.turn_step(1)
    choices.turn_step(2)
    assert choices.irreversible == gone(3)
    assert "other/1, for which acme/1 stands" in step_text(steps[0]).plain
