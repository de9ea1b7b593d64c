"""Planning as a stream of events, so that an Operation can stop it and report its rate waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from smtptui.net.cancellation import cancellable
from smtptui.sync.plan import Plan
from smtptui.workspace.core.merge_streams import never


@dataclass(frozen=True, slots=True)
class PlanBuilt:
    """The last event of planning."""

    plan: Plan


async def stream_plan(
    build: Callable[[], Awaitable[Plan]], *, is_held: Callable[[], bool] = never
) -> AsyncGenerator[PlanBuilt, None]:
    """Run one of the `plan_…` functions as a stream: `stream_plan(lambda: plan_undo(ws, run), is_held=is_held)`.

    Raises StoppedError where `is_held` became true while an account was read, and what `build` raises.
    """
    with cancellable(is_held):
        plan = await build()
    yield PlanBuilt(plan)
