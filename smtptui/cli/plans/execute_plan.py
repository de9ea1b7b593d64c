"""A plan is shown, agreed to and carried out; the verbs that write share this."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from math import ceil
from typing import Any, TypeAlias

from smtptui.cli.framework.exit_status import ExitStatus, status_of_error
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import is_interactive
from smtptui.cli.framework.signals import INTERRUPTS, Interrupted
from smtptui.cli.plans.apply_options import apply_options
from smtptui.cli.plans.confirm_plan import confirm_plan, show_plan
from smtptui.cli.plans.run_exit_status import count_remaining, error_of_run, status_of_run
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.run import run_lines
from smtptui.model.errors import SafetyError, SmtptuiError
from smtptui.sync.plan import ACTIONABLE, Plan, PlanKind
from smtptui.workspace.core.operation import Operation, RateWait
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
Approve = Callable[[Plan, ApplyOptions], ApprovedPlan]
"""What is agreed to by flags: the plan, and the options with that agreement. Raises what refuses it."""


async def execute_plan(
    call: Invocation, ws: Workspace, plan: Plan, *, approve: Approve | None, hint: str
) -> int:
    """The status of a plan that is shown, agreed to and applied.

    `agree` is the agreement of the flags, None when a person is to be asked; `instead` tells how it would be given
    without a question. A refusal is told with the plan beside it.
    """
    body = plan.to_json()
    if (approve is None and is_interactive()) or not (call.is_json or call.common.quiet):
        show_plan(call, body)
    elif not plan.complete:
        for reason in plan.reasons:
            call.output.warn(reason)
    try:
        options = apply_options(call)
        refuse_unsafe(ws, plan, options)
        _refuse_blocked(plan)
        if not plan.steps:
            return _report_empty_plan(call, plan)
        if not has_nothing_to_do(plan):
            plan, options = (
                approve(plan, options) if approve else (plan, confirm_plan(call, body, options, hint=hint))
            )
        return await run_and_report(call, lambda is_held: apply(ws, plan, options, is_held=is_held))
    except SmtptuiError as error:
        print_error(call.output, error)
        if call.is_json:
            write_envelope(call.output, {"error": error.to_json(), "plan": body})
        return status_of_error(error)


def preapproved(plan: Plan, options: ApplyOptions) -> ApprovedPlan:
    """The agreement of a --yes to what the command line itself says exactly."""
    return plan, options


def has_nothing_to_do(plan: Plan) -> bool:
    """Whether all is as wanted, or blocked: then nobody need agree to anything."""
    return not any(step.action in ACTIONABLE for step in plan.steps)


def _report_empty_plan(call: Invocation, plan: Plan) -> int:
    """A plan without a single step is no run: nothing goes on record for it."""
    if call.is_json:
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
        write_envelope(call.output, {"run": run})
    elif plan.kind is PlanKind.UNDO:
        call.output.write_line(f"Run {plan.undoes} changed nothing, so there is nothing to take back.")
    else:
        call.output.write_line("No credential was picked, so nothing was done.")
    call.output.flush()
    return ExitStatus.DONE


def _refuse_blocked(plan: Plan) -> None:
    """Raises SafetyError for a plan of nothing but blocked steps: that nothing can be done is no success."""
    blocks = [step.blocked for step in plan.steps if step.blocked is not None]
    if blocks and len(blocks) == len(plan.steps):
        many = f"all {len(blocks)} steps are blocked" if len(blocks) > 1 else "its one step is blocked"
        first = blocks[0]
        raise SafetyError(
            f"Nothing can be done: {many}. {first.message}",
            operation=str(plan.kind),
            code=first.code,
            hint=first.hint or "The plan says of each step what would let it.",
        )


async def run_and_report(
    call: Invocation,
    begin: Callable[[Callable[[], bool]], AsyncGenerator[RunEvent, None]],
    *,
    is_resumed: bool = False,
) -> int:
    """Run what `begin` starts, tell the outcome, and return the status.

    A first signal ends it after what is in flight. A `resumed` run that was at its end is told, and that is no failure.
    """
    report, to_do = await _consume_events(
        call, Operation(lambda _: begin(lambda: INTERRUPTS.is_interrupted)).events()
    )
    at_end = is_resumed and to_do == 0 and report.state is RunState.FINISHED
    status = ExitStatus.DONE if at_end else status_of_run(report)
    error = None if at_end else error_of_run(report)
    run = report.to_json()
    if call.is_json:
        write_envelope(call.output, {"run": run} if error is None else {"run": run, "error": error})
    else:
        for line in run_lines(run, output_width(sys.stdout)):
            call.output.write_line(line)
    call.output.flush()
    left = count_remaining(report)
    if at_end:
        call.output.note(f"Run {report.id} is finished: nothing of it is left to do.")
    elif left:
        call.output.warn(
            f"{_count_steps(left, len(report.steps))} not done; `smtptui apply --resume {report.id}` takes up what is left."
        )
    return status


async def _consume_events(
    call: Invocation, events: AsyncGenerator[RunEvent | RateWait, None]
) -> tuple[RunReport, int]:
    """The report that a run ends with, and how many steps it had to do."""
    report: RunReport | None = None
    run, to_do, ended = "", 0, 0
    try:
        with INTERRUPTS.defer_first():
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, RunStarted):
                        INTERRUPTS.is_writing = True
                        run, to_do = event.run, event.total
                        call.output.note(f"Run {run}: {_count_steps(to_do, event.steps)} to do.")
                    elif isinstance(event, LoginTried):
                        call.output.note(_login_line(event))
                    elif isinstance(event, StepStarted):
                        call.output.show_progress(f"{ended} of {to_do}  {event.doing} {event.label}")
                    elif isinstance(event, RateWait):
                        call.output.note(
                            f"{event.account} takes no request for {ceil(event.seconds)} s; Ctrl-C ends the waiting."
                        )
                    elif isinstance(event, StepEnded):
                        ended += 1
                        call.output.show_progress(
                            f"{ended} of {to_do}  {event.report.outcome} {event.report.label}"
                        )
                    elif isinstance(event, RunEnded):
                        report = event.report
    except BaseException:
        if run:
            call.output.write_error(
                f"Broken off. `smtptui apply --resume {run}` finds out what was done, and goes on."
            )
        raise
    finally:
        call.output.show_progress("")
    INTERRUPTS.is_writing = False
    if report is None:
        raise Interrupted
    return report, to_do


def _count_steps(some: int, total: int) -> str:
    return f"{some} of {total} step{'' if total == 1 else 's'}"


def _login_line(event: LoginTried) -> str:
    why = f": {event.detail}" if event.detail and event.status != "verified" else ""
    return f"{event.status:<8}  {event.username or '(no user)'} at {event.host}:{event.port}{why}"
