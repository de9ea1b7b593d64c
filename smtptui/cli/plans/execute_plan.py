"""Shows a plan, has it confirmed, runs it and reports the outcome, for every verb that writes by a plan."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeAlias

from smtptui.cli.framework.exit_status import ExitStatus, status_of_error
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import follow
from smtptui.cli.framework.prompts import is_interactive
from smtptui.cli.framework.signals import INTERRUPTS, Interrupted
from smtptui.cli.plans.apply_options import parse_apply_options
from smtptui.cli.plans.confirm_plan import confirm_plan, show_plan
from smtptui.cli.plans.run_exit_status import count_remaining, error_of_run, status_of_run
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.run import run_lines
from smtptui.model.errors import SafetyError, SmtptuiError
from smtptui.presentation.runs import format_login
from smtptui.sync.plan import ACTIONABLE, Plan, PlanKind
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.apply import apply
from smtptui.workspace.runs.events import (
    LoginTried,
    RunEnded,
    RunEvent,
    RunReport,
    RunStarted,
    RunState,
    StepEnded,
    StepStarted,
)
from smtptui.workspace.runs.history import count_outcomes
from smtptui.workspace.runs.safety import ApplyOptions, refuse_unsafe

ApprovedPlan: TypeAlias = tuple[Plan, ApplyOptions]
Approve: TypeAlias = Callable[[Plan, ApplyOptions], ApprovedPlan]
"""Returns the plan and the options with what the flags agree to. Raises what refuses it."""
BeginRun: TypeAlias = Callable[[Callable[[], bool]], AsyncGenerator[RunEvent, None]]


async def execute_plan(
    invocation: Invocation, workspace: Workspace, plan: Plan, *, approve: Approve | None, hint: str
) -> int:
    """Show the plan, have it approved, apply it, and return the exit status.

    `approve` applies the consent of the flags; None asks the user. `hint` says how to agree without a question.
    A refusal is reported together with the plan.
    """
    output = invocation.output
    if (approve is None and is_interactive()) or not (invocation.is_json or invocation.common.quiet):
        show_plan(invocation, plan)
    elif not plan.complete:
        for reason in plan.reasons:
            output.warn(reason)
    try:
        options = parse_apply_options(invocation)
        refuse_unsafe(workspace, plan, options)
        _refuse_blocked(plan)
        if not plan.steps:
            return _report_empty_plan(invocation, plan)
        if any(step.action in ACTIONABLE for step in plan.steps):
            if approve:
                plan, options = approve(plan, options)
            else:
                options = confirm_plan(invocation, plan, options, hint=hint)
        return await run_and_report(
            invocation, lambda is_held: apply(workspace, plan, options, is_held=is_held)
        )
    except SmtptuiError as error:
        print_error(output, error)
        if invocation.is_json:
            write_envelope(output, {"error": error.to_json(), "plan": plan.to_json()})
        return status_of_error(error)


def preapproved(plan: Plan, options: ApplyOptions) -> ApprovedPlan:
    """The consent of --yes where the command line itself says exactly what is changed."""
    return plan, options


def _report_empty_plan(invocation: Invocation, plan: Plan) -> int:
    """Report a plan without steps. It is not recorded as a run."""
    output = invocation.output
    if invocation.is_json:
        run: dict[str, Any] = {
            "id": None,
            "plan": plan.id,
            "kind": str(plan.kind),
            "source": plan.source,
            "target": plan.target,
            "state": str(RunState.FINISHED),
            "steps": [],
            "counts": count_outcomes(()),
        }
        write_envelope(output, {"run": run})
    elif plan.kind is PlanKind.UNDO:
        output.write_line(f"Run {plan.undoes} changed nothing, so there is nothing to undo.")
    else:
        output.write_line("No credentials matched, so nothing was changed.")
    output.flush()
    return ExitStatus.DONE


def _refuse_blocked(plan: Plan) -> None:
    """Raise SafetyError when every step is blocked: a run that can do nothing is no success."""
    blocks = [step.blocked for step in plan.steps if step.blocked is not None]
    if blocks and len(blocks) == len(plan.steps):
        many = f"all {len(blocks)} steps are blocked" if len(blocks) > 1 else "its only step is blocked"
        first = blocks[0]
        raise SafetyError(
            f"Nothing can be done: {many}. {first.message}",
            operation=str(plan.kind),
            code=first.code,
            hint=first.hint or "The plan says for each step what it needs.",
        )


async def run_and_report(invocation: Invocation, begin: BeginRun, *, is_resumed: bool = False) -> int:
    """Run what `begin` starts, report the outcome, and return the exit status.

    The first signal ends the run after the step in flight. Resuming a run that has nothing left is no failure.
    """
    output = invocation.output
    operation = Operation(begin)
    report, to_do = await _consume_events(invocation, operation)
    is_finished = is_resumed and to_do == 0 and report.state is RunState.FINISHED
    status = ExitStatus.DONE if is_finished else status_of_run(report)
    error = None if is_finished else error_of_run(report)
    if invocation.is_json:
        body: dict[str, Any] = {"run": report.to_json()}
        write_envelope(output, body if error is None else {**body, "error": error})
    else:
        for line in run_lines(report, output_width(sys.stdout)):
            output.write_line(line)
    output.flush()
    remaining = count_remaining(report)
    if is_finished:
        output.note(f"Run {report.id} is finished: nothing is left to do.")
    elif remaining:
        output.warn(
            f"{_count_steps(remaining, len(report.steps))} not done; "
            f"`smtptui apply --resume {report.id}` resumes them."
        )
    return status


async def _consume_events(invocation: Invocation, operation: Operation[RunEvent]) -> tuple[RunReport, int]:
    """Return the final report and how many steps were to do. Raise Interrupted when the run ended without a report."""
    output = invocation.output
    report: RunReport | None = None
    run_id, latest, to_do, ended = "", "", 0, 0

    def handle(event: RunEvent) -> None:
        nonlocal report, run_id, latest, to_do, ended
        if isinstance(event, RunStarted):
            INTERRUPTS.is_writing = True
            run_id, to_do = event.run, event.total
            output.note(f"Run {run_id}: {_count_steps(to_do, event.steps)} to do.")
        elif isinstance(event, LoginTried):
            output.note(_login_line(event))
        elif isinstance(event, StepStarted):
            latest = f"{event.doing} {event.label}"
        elif isinstance(event, StepEnded):
            ended += 1
            latest = f"{event.report.outcome} {event.report.label}"
        elif isinstance(event, RunEnded):
            report = event.report

    def describe() -> str:
        return f"{ended} of {to_do}  {latest}" if run_id else ""

    try:
        await follow(invocation, operation, handle, describe=describe, ends_in_order=True)
    except BaseException:
        if run_id:
            output.write_error(
                f"Stopped before the end. `smtptui apply --resume {run_id}` checks what was done and continues."
            )
        raise
    if report is None:
        raise Interrupted
    return report, to_do


def _count_steps(some: int, total: int) -> str:
    return f"{some} of {total} step{'' if total == 1 else 's'}"


def _login_line(event: LoginTried) -> str:
    why = f": {event.detail}" if event.detail and event.status != "verified" else ""
    return f"{event.status:<8}  {format_login(event)}{why}"
