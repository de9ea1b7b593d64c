"""Plans and runs for a person: everything that matters is said, nothing is cut, the sums are right."""

from __future__ import annotations

import re

from smtptui.cli.render.cells import cell_width
from smtptui.cli.render.plan import format_plan_counts, lost_fields, plan_lines
from smtptui.cli.render.run import history_lines, run_lines
from smtptui.presentation.plans import ACTION_GLYPHS, collect_irreversible
from smtptui.sync.journal import StepOutcome
from smtptui.sync.plan import (
    Block,
    Expectation,
    FieldChange,
    Loss,
    PasswordSource,
    Plan,
    PlanKind,
    SecretOrigin,
    Step,
    StepAction,
)
from smtptui.workspace.runs.events import RunReport, RunState, StepReport

WIDTH = 80
LONG_ID = "acme-blue/cmd86fdf65209b584bb13e92"


def a_plan(*steps: Step, **more: object) -> Plan:
    known: dict[str, object] = {
        "id": "8b3f0e0c-1111-4222-8333-444455556666",
        "kind": PlanKind.MIGRATE,
        "created": "2026-11-21T14:40:00Z",
        "tool": "smtptui 0.1.0",
        "source": "acme-blue",
        "target": "acme-sendmux",
        "complete": True,
        "applicable": True,
        "reasons": [],
        "steps": steps,
    }
    return Plan(**{**known, **more})  # type: ignore[arg-type]


CREATE = Step(
    n=1,
    action=StepAction.CREATE,
    source=LONG_ID,
    target="acme-sendmux",
    label="apikey@smtp.sendgrid.net:587 (billing@acme.example)",
    changes={
        "host": FieldChange(None, "smtp.sendgrid.net"),
        "port": FieldChange(None, 587),
        "from_name": FieldChange(None, "Acme \x1b[31m Billing"),
    },
    losses=[Loss("reply_to_email", "Replies go to the sender.", "help@acme.example")],
    secret=PasswordSource(SecretOrigin.SOURCE, LONG_ID),
)
ADOPT = Step(n=2, action=StepAction.ADOPT, source="acme-blue/2", target="acme-sendmux/2", label="two")
UPDATE = Step(
    n=3,
    action=StepAction.UPDATE,
    source="acme-blue/3",
    target="acme-sendmux/3",
    label="three",
    changes={"from_name": FieldChange("Old name", None), "native.quota": FieldChange(5, {"day": 6})},
    irreversible=["The password that acme-sendmux/3 has now is overwritten."],
    secret=PasswordSource(SecretOrigin.CONFIG, "env:THREE", "three@acme.example"),
)
DELETE = Step(n=4, action=StepAction.DELETE, source="acme-sendmux/9", target="acme-blue/9", label="four")
NO_OP = Step(n=5, action=StepAction.NO_OP, source="acme-blue/4", target="acme-sendmux/4", label="five")
BLOCKED = Step(
    n=6,
    action=StepAction.BLOCKED,
    source="acme-blue/5",
    target="acme-sendmux",
    label="six",
    blocked=Block("password_needed", "No password is known.", 'Write "six@h" = "env:NAME".'),
)
ALL = (CREATE, ADOPT, UPDATE, DELETE, NO_OP, BLOCKED)


def text_of(plan: Plan, width: int = WIDTH) -> str:
    return "\n".join(plan_lines(plan, width))


def test_a_plan_fits_eighty_columns_and_has_no_control_characters() -> None:
    for line in plan_lines(a_plan(*ALL), WIDTH):
        assert cell_width(line) <= WIDTH, line
        assert line.isprintable()


def test_every_action_has_a_sigil_and_its_word() -> None:
    assert set(ACTION_GLYPHS) == set(StepAction)
    text = text_of(a_plan(*ALL))
    for action, sigil in ACTION_GLYPHS.items():
        assert re.search(rf"^{re.escape(sigil)} {action} ", text, re.M), action


def test_the_counts_of_a_plan_add_up() -> None:
    text = format_plan_counts(a_plan(*ALL))
    total, *parts = map(int, re.findall(r"\d+", text))
    assert (total, sum(parts)) == (6, 6)
    assert format_plan_counts(a_plan()) == "0 steps."


def test_a_step_says_what_changes_what_is_lost_and_where_its_password_is() -> None:
    text = text_of(a_plan(*ALL))
    assert "from_name: Old name → (empty)" in text
    assert 'native.quota: 5 → {"day": 6}' in text
    assert "lost: reply_to_email help@acme.example; Replies go to the sender." in text
    assert "--accept-loss reply_to_email" in text
    assert f"password: read from {LONG_ID}" in text
    assert "env:THREE, from [passwords]" in text
    assert "! blocked: No password is known." in text
    assert 'Write "six@h" = "env:NAME".' in text


def test_the_digest_stands_whole_at_the_end() -> None:
    plan = a_plan(*ALL)
    assert text_of(plan, 60).splitlines()[-1] == f"digest {plan.digest}"


def test_what_keeps_a_plan_from_being_applied_is_said() -> None:
    text = text_of(
        a_plan(CREATE, complete=False, applicable=False, reasons=["acme-blue was not read whole."])
    )
    assert "could not be read completely" in text
    assert "cannot be applied" in text
    assert "- acme-blue was not read whole." in text


def test_what_nobody_can_check_is_said() -> None:
    step = Step(
        n=1,
        action=StepAction.CREATE,
        source="acme-blue/1",
        target="acme-idp",
        label="one",
        expect=Expectation(checkable=False),
        irreversible=["Whatever acme-idp holds now is replaced."],
    )
    text = text_of(a_plan(step))
    assert "cannot be read" in text
    assert "cannot be undone: Whatever acme-idp holds now is replaced." in text


def test_losses_and_what_is_for_good_are_named_once() -> None:
    body = a_plan(CREATE, CREATE, UPDATE, UPDATE)
    assert lost_fields(body) == ["reply_to_email"]
    assert collect_irreversible(body.steps) == [
        "The password that the record has now is overwritten. (2 steps)"
    ]


def a_step(n: int, outcome: StepOutcome, **more: object) -> StepReport:
    known: dict[str, object] = {
        "n": n,
        "action": "update",
        "source": None,
        "target": f"acme-blue/{n}",
        "label": f"login {n}",
        "outcome": outcome,
    }
    return StepReport(**{**known, **more})  # type: ignore[arg-type]


def a_run(*steps: StepReport, **more: object) -> RunReport:
    counts = {str(each): sum(step.outcome is each for step in steps) for each in StepOutcome}
    known: dict[str, object] = {
        "id": "r1",
        "plan": "p1",
        "kind": "rotate",
        "source": None,
        "target": None,
        "started": "2026-11-21T14:40:00Z",
        "finished": None,
        "state": RunState.FINISHED,
        "counts": counts,
        "steps": steps,
    }
    return RunReport(**{**known, **more})  # type: ignore[arg-type]


def run_text(run: RunReport) -> str:
    return "\n".join(run_lines(run, WIDTH))


def test_a_rotation_says_which_hold_the_new_and_which_the_old_password() -> None:
    failed = a_step(
        2, StepOutcome.FAILED, error={"kind": "unavailable", "message": "It was down.", "hint": "Try again."}
    )
    text = run_text(
        a_run(
            a_step(1, StepOutcome.UPDATED, verification="verified", verified_by="provider"),
            failed,
            a_step(3, StepOutcome.NOT_STARTED),
            a_step(4, StepOutcome.UNKNOWN),
            a_step(5, StepOutcome.BLOCKED, action="blocked"),
            state=RunState.INCOMPLETE,
        )
    )
    new, old, either = (
        text.index("1 holds the new"),
        text.index("2 hold the old"),
        text.index("1 holds either"),
    )
    assert new < text.index("  acme-blue/1", new) < old
    assert old < text.index("  acme-blue/2", old) < text.index("  acme-blue/3", old) < either
    assert text.index("  acme-blue/4", either) > either
    assert "acme-blue/5  login" not in text[new:]
    assert "It was down. Try again." in text
    assert "smtptui apply --resume r1" in text


def test_the_outcomes_of_a_run_add_up_and_a_finished_one_can_be_undone() -> None:
    run = a_run(
        a_step(1, StepOutcome.CREATED, action="create", verification="failed", detail="535 no"),
        a_step(2, StepOutcome.UNCHANGED, action="no-op"),
        kind="migrate",
        backup="/state/backups/r1.toml",
    )
    text = run_text(run)
    assert "2 steps: 1 created · 1 unchanged." in text
    assert "Verification: failed 1." in text
    assert "created: login 1 (acme-blue/1): ✗ failed 535 no" in text
    assert "smtptui undo r1" in text
    assert "/state/backups/r1.toml" in text
    assert "--resume" not in text
    assert "password:" not in text


def test_the_table_of_runs_has_the_id_whole() -> None:
    run = a_run(a_step(1, StepOutcome.UPDATED), id="8b3f0e0c-1111-4222-8333-444455556666")
    head, row, *_ = history_lines([run], WIDTH)
    assert head.startswith("RUN")
    assert row.startswith("8b3f0e0c-1111-4222-8333-444455556666  2026-11-21 14:40  Rotate")
