"""Make a plan as a job, show it, and return what was chosen of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from smtptui.presentation.values import format_counts
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import Plan, PlanKind
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.jobs.operation_runner import run_operation
from smtptui.tui.runs.plan_choices import PlanChoices
from smtptui.tui.runs.plan_screen import PlanScreen
from smtptui.tui.shell.ask import AskSecretScreen
from smtptui.workspace.core.operation import Operation, yield_result

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services

MakePlan: TypeAlias = Callable[[str | None], Awaitable[Plan]]
"""Makes a plan. Its argument is the reference to the password of the steps that have none, or None."""

MEMORY_NOTE = "It is kept in memory for this run only, and in no plan, journal or file."


async def make_plan(
    services: Services, title: str, make: MakePlan, password_from: str | None = None
) -> Plan | None:
    """Make a plan as a job that can be cut; None when it was. Raises SmtptuiError."""
    plans: list[Plan] = []
    job = services.jobs.add(title, JobKind.PLAN, Operation(yield_result(lambda: make(password_from))))
    await run_operation(services, job, plans.append, can_cut=True)
    return plans[0] if plans else None


async def show_plan(services: Services, title: str, plan: Plan, make: MakePlan) -> PlanChoices | None:
    """Show a plan until it is left (None) or to be applied; a typed password that was given is released when it is left."""

    async def replan() -> Plan | None:
        reference = await prompt_password(services, "The password for the steps that wait for one")
        return await make_plan(services, title, make, reference) if reference else None

    counts = format_counts(plan.count_actions()) or "no step"
    services.notify([f"The plan is made, nothing is done yet: {counts}."])
    can_ask = plan.kind is not PlanKind.ROTATE
    choices = await services.push_wait(PlanScreen(plan, replan=replan if can_ask else None))
    if not isinstance(choices, PlanChoices):
        from smtptui.workspace.plans.password_sources import forget_typed_password

        forget_typed_password(services.workspace)
        return None
    return choices


async def prompt_password(services: Services, question: str) -> str | None:
    """Return the reference to a password that is typed now, None when none is."""
    from smtptui.workspace.plans.password_sources import hold_typed_password

    answer = await services.push_wait(AskSecretScreen(question, note=MEMORY_NOTE))
    return hold_typed_password(services.workspace, answer) if isinstance(answer, Secret) else None
