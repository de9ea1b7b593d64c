"""A plan is shown, agreed to and carried out; the verbs that write share this."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from math import ceil
from typing import Any, TypeAlias

from smtptui.cli.framework.exit_status import Status, of_error
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import someone_there
from smtptui.cli.framework.signals import INTERRUPTS, Interrupted
from smtptui.cli.plans.apply_options import apply_options
from smtptui.cli.plans.confirm_plan import agreement, show_plan
from smtptui.cli.plans.run_exit_status import deciding_error, remains, status_of
from smtptui.cli.render.columns import width_of
from smtptui.cli.render.errors import tell_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.cli.render.run import run_lines
from smtptui.model.errors import SafetyError, SmtptuiError
from smtptui.sync.plan import TRIED, Plan, PlanKind
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.planning import refuse_unsafe
from smtptui.workspace.runs.apply import apply
from smtptui.workspace.runs.apply_options import ApplyOptions
from smtptui.workspace.runs.events import (
    LoginTried,
    RunEnded,
    RunEvent,
    RunReport,
    RunStarted,
    RunState,
    StepBegun,
    StepEnded,
    Waiting,
)
from smtptui.workspace.runs.history import counts_of

Agreed: TypeAlias = tuple[Plan, ApplyOptions]
Agree = Callable[[Plan, ApplyOptions], Agreed]
"""What is agreed to by flags: the plan, and the options with that agreement. Raises what refuses it."""


async def plan_carried_out(
    call: Call, ws: Workspace, plan: Plan, *, agree: Agree | None, instead: str
) -> int:
    """The status of a plan that is shown, agreed to and applied.

    `agree` is the agreement of the flags, None when a person is to be asked; `instead` tells how it would be given
    without a question. A refusal is told with the plan beside it.
    """
    body = plan.to_json()
    if (agree is None and someone_there()) or not (call.json or call.common.quiet):
        show_plan(call, body)
    elif not plan.complete:
        for reason in plan.reasons:
            call.streams.warn(reason)
    try:
        options = apply_options(call)
        refuse_unsafe(ws, plan, options)
        _refuse_blocked(plan)
        if not plan.steps:
            return _nothing_picked(call, plan)
        if not nothing_to_do(plan):
            plan, options = (
                agree(plan, options) if agree else (plan, agreement(call, body, options, instead=instead))
            )
        return await carried_out(call, lambda stopped: apply(ws, plan, options, stopped=stopped))
    except SmtptuiError as error:
        tell_error(call.streams, error)
        if call.json:
            write_envelope(call.streams, {"error": error.to_json(), "plan": body})
        return of_error(error)


def as_asked(plan: Plan, options: ApplyOptions) -> Agreed:
    """The agreement of a --yes to what the command line itself says exactly."""
    return plan, options


def nothing_to_do(plan: Plan) -> bool:
    """Whether all is as wanted, or blocked: then nobody need agree to anything."""
    return not any(step.action in TRIED for step in plan.steps)


def _nothing_picked(call: Call, plan: Plan) -> int:
    """A plan without a single step is no run: nothing goes on record for it."""
    if call.json:
        run: dict[str, Any] = {
            "id": None,
            "plan": plan.id,
            "kind": str(plan.kind),
            "source": plan.source,
            "target": plan.target,
            "state": str(RunState.FINISHED),
            "steps": [],
            "counts": counts_of(()),
        }
        write_envelope(call.streams, {"run": run})
    elif plan.kind is PlanKind.UNDO:
        call.streams.line(f"Run {plan.undoes} changed nothing, so there is nothing to take back.")
    else:
        call.streams.line("No credential was picked, so nothing was done.")
    call.streams.flush()
    return Status.DONE


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


async def carried_out(
    call: Call,
    begin: Callable[[Callable[[], bool]], AsyncGenerator[RunEvent, None]],
    *,
    resumed: bool = False,
) -> int:
    """Run what `begin` starts, tell the outcome, and return the status.

    A first signal ends it after what is in flight. A `resumed` run that was at its end is told, and that is no failure.
    """
    report, to_do = await _followed(call, begin(lambda: INTERRUPTS.came))
    at_end = resumed and to_do == 0 and report.state is RunState.FINISHED
    status = Status.DONE if at_end else status_of(report)
    error = None if at_end else deciding_error(report)
    run = report.to_json()
    if call.json:
        write_envelope(call.streams, {"run": run} if error is None else {"run": run, "error": error})
    else:
        for line in run_lines(run, width_of(sys.stdout)):
            call.streams.line(line)
    call.streams.flush()
    left = remains(report)
    if at_end:
        call.streams.notice(f"Run {report.id} is finished: nothing of it is left to do.")
    elif left:
        call.streams.warn(
            f"{_of(left, len(report.steps))} not done; `smtptui apply --resume {report.id}` takes up what is left."
        )
    return status


async def _followed(call: Call, events: AsyncGenerator[RunEvent, None]) -> tuple[RunReport, int]:
    """The report that a run ends with, and how many steps it had to do."""
    report: RunReport | None = None
    run, to_do, ended = "", 0, 0
    try:
        with INTERRUPTS.gently():
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, RunStarted):
                        INTERRUPTS.writing = True
                        run, to_do = event.run, event.to_do
                        call.streams.notice(f"Run {run}: {_of(to_do, event.total)} to do.")
                    elif isinstance(event, LoginTried):
                        call.streams.notice(_tried(event))
                    elif isinstance(event, StepBegun):
                        call.streams.progress(f"{ended} of {to_do}  {event.doing} {event.label}")
                    elif isinstance(event, Waiting):
                        call.streams.notice(
                            f"{event.account} takes no request for {ceil(event.seconds)} s; Ctrl-C ends the waiting."
                        )
                    elif isinstance(event, StepEnded):
                        ended += 1
                        call.streams.progress(
                            f"{ended} of {to_do}  {event.report.outcome} {event.report.label}"
                        )
                    elif isinstance(event, RunEnded):
                        report = event.report
    except BaseException:
        if run:
            call.streams.err(
                f"Broken off. `smtptui apply --resume {run}` finds out what was done, and goes on."
            )
        raise
    finally:
        call.streams.progress("")
    INTERRUPTS.writing = False
    if report is None:
        raise Interrupted
    return report, to_do


def _of(some: int, total: int) -> str:
    return f"{some} of {total} step{'' if total == 1 else 's'}"


def _tried(event: LoginTried) -> str:
    why = f": {event.detail}" if event.detail and event.status != "verified" else ""
    return f"{event.status:<8}  {event.username or '(no user)'} at {event.host}:{event.port}{why}"
