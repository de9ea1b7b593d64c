"""Runs an operation for a verb: signals, the progress line, and waits for a provider's rate limit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.presentation.values import format_rate_wait
from smtptui.workspace.core.operation import Operation, RateWait, yield_result

Event = TypeVar("Event")
T = TypeVar("T")


async def follow(
    invocation: Invocation,
    operation: Operation[Event],
    handle: Callable[[Event], None],
    *,
    describe: Callable[[], str] | None = None,
    ends_in_order: bool = False,
) -> None:
    """Pass every event of the operation to `handle`; keep the progress line at what `describe` returns.

    `ends_in_order`: the first signal stops the operation, so that what is in flight still ends and is handled;
    the second one cancels. Without it the first signal cancels.
    """
    output = invocation.output
    stopping = INTERRUPTS.stop_first(operation.stop) if ends_in_order else contextlib.nullcontext()
    try:
        with stopping:
            async with aclosing(operation.events()) as events:
                async for event in events:
                    if isinstance(event, RateWait):
                        wait = format_rate_wait(event.account, event.seconds)
                        output.note(f"{wait} (Ctrl-C stops waiting).")
                        continue
                    handle(event)
                    output.show_progress(
                        describe() if describe else f"{operation.done} of {operation.total} …"
                    )
    except Exception:
        INTERRUPTS.is_writing = False
        raise
    finally:
        output.show_progress("")
    INTERRUPTS.is_writing = False


async def complete(
    invocation: Invocation, work: Coroutine[Any, Any, T], description: str = "", *, writes: bool = False
) -> T:
    """Return the result of a use case that yields no events; `description` is its progress line.

    The first signal does not cancel one that `writes`: it ends a wait before the write, and the outcome of a write
    that was sent is known.
    """
    results: list[T] = []
    invocation.output.show_progress(description)
    INTERRUPTS.is_writing = writes
    await follow(
        invocation,
        Operation(yield_result(lambda: work)),
        results.append,
        describe=lambda: description,
        ends_in_order=writes,
    )
    return results[0]
