"""Run many probes within limits that keep accounts and this machine from being locked out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from smtptui.probe.async_driver import probe
from smtptui.probe.stages import Stage
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import VERDICTS, Strike, Verdict, build_verdict

MAX_STRIKES = 2
"""Failures after which a host, or one of its ports, is not tried again."""


@dataclass(frozen=True, slots=True)
class ProbesPlanned:
    """The first event: targets, conversations for them, and passwords that will be tried by stored host."""

    targets: int
    conversations: int
    passwords: dict[str, int]


@dataclass(frozen=True, slots=True)
class StageChanged:
    """A stage started (state `running`) or ended. `targets` are indices into the given sequence."""

    targets: tuple[int, ...]
    stage: Stage


@dataclass(frozen=True, slots=True)
class ProbeEnded:
    """One verdict; it has several `targets` when the same login is stored several times. Each index comes once."""

    targets: tuple[int, ...]
    verdict: Verdict


ProbeEvent = ProbesPlanned | StageChanged | ProbeEnded
_Task = asyncio.Task[Verdict]


@dataclass(slots=True)
class _Attempt:
    target: ProbeTarget
    targets: list[int]

    @property
    def host(self) -> str:
        return self.target.host.lower().rstrip(".")


@dataclass(slots=True)
class _HostLimits:
    """Running conversations and failures of one stored host."""

    running: int = 0
    strikes: int = 0
    by_port: Counter[int] = field(default_factory=Counter)

    def has_room(self, per_host: int) -> bool:
        failed = self.strikes or self.by_port.total()
        return self.running < (1 if failed else per_host)

    def is_blocked(self, port: int) -> bool:
        return self.strikes >= MAX_STRIKES or self.by_port[port] >= MAX_STRIKES

    def record(self, verdict: Verdict, port: int) -> None:
        strike = VERDICTS[verdict.id].strike
        if strike is Strike.HOST:
            self.strikes += 1
        elif strike is Strike.PORT:
            self.by_port[port] += 1


def never() -> bool:
    return False


async def probe_many(
    targets: Sequence[ProbeTarget],
    options: ProbeOptions | None = None,
    *,
    is_held: Callable[[], bool] = never,
) -> AsyncGenerator[ProbeEvent, None]:
    """Yield ProbesPlanned, then StageChanged and ProbeEnded; every target is in exactly one ProbeEnded.

    The same host, port, mode, user and secret are tried once. Each stored host has at most `per_host` conversations
    at once, one after its first failure, and none after the second. Once `is_held` returns true no conversation is
    started; those in flight end with their verdict, the others with `probe.cancelled`. Closing the generator
    cancels everything and closes the sockets. No test mail is sent, no transcript kept, no other port looked at.
    """
    options = (options or ProbeOptions())._replace(transcript=False, other_ports=False)
    if options.send_test:
        raise ValueError("test mails are sent one by one, never in bulk")
    waiting = group_attempts(targets)
    yield ProbesPlanned(
        len(targets),
        len(waiting),
        dict(
            Counter(a.host for a in waiting if a.target.username is not None and a.target.secret is not None)
        ),
    )
    hosts: dict[str, _HostLimits] = {attempt.host: _HostLimits() for attempt in waiting}
    reports: asyncio.Queue[StageChanged | _Task] = asyncio.Queue()
    running: dict[_Task, _Attempt] = {}
    try:
        for skipped in _start_attempts(waiting, running, hosts, options, reports, is_held):
            yield skipped
        while running:
            item = await reports.get()
            if isinstance(item, StageChanged):
                yield item
                continue
            attempt = running.pop(item)
            host = hosts[attempt.host]
            host.running -= 1
            verdict = _task_verdict(item, attempt.target)
            host.record(verdict, attempt.target.port)
            yield ProbeEnded(tuple(attempt.targets), verdict)
            for skipped in _start_attempts(waiting, running, hosts, options, reports, is_held):
                yield skipped
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def group_attempts(targets: Sequence[ProbeTarget]) -> list[_Attempt]:
    """Return the conversations needed: one for each different login."""
    found: dict[tuple[object, ...], list[_Attempt]] = {}
    for index, target in enumerate(targets):
        key = (
            target.host.lower().rstrip("."),
            target.port,
            target.security,
            target.username,
            target.sender,
            target.recipient,
            target.auth_mechanism,
            target.allow_cleartext,
        )
        same = found.setdefault(key, [])
        for attempt in same:
            if attempt.target.secret == target.secret:
                attempt.targets.append(index)
                break
        else:
            same.append(_Attempt(target, [index]))
    every = [attempt for same in found.values() for attempt in same]
    return sorted(every, key=lambda attempt: attempt.targets[0])


def _start_attempts(
    waiting: list[_Attempt],
    running: dict[_Task, _Attempt],
    hosts: dict[str, _HostLimits],
    options: ProbeOptions,
    reports: asyncio.Queue[StageChanged | _Task],
    is_held: Callable[[], bool],
) -> list[ProbeEnded]:
    """Start attempts within the limits; return verdicts for those that will not be tried."""
    skipped: list[ProbeEnded] = []
    remaining: list[_Attempt] = []
    no_failures = not is_held() and not any(host.strikes or host.by_port for host in hosts.values())
    for n, attempt in enumerate(waiting):
        if no_failures and len(running) >= options.concurrency:
            remaining += waiting[n:]
            break
        host = hosts[attempt.host]
        if is_held():
            skipped.append(_skip_attempt(attempt, "probe.cancelled"))
        elif host.is_blocked(attempt.target.port):
            skipped.append(_skip_attempt(attempt, "host.left_alone"))
        elif len(running) < options.concurrency and host.has_room(options.per_host):
            host.running += 1
            indices = tuple(attempt.targets)

            def on_stage(stage: Stage, indices: tuple[int, ...] = indices) -> None:
                reports.put_nowait(StageChanged(indices, stage))

            task = asyncio.create_task(probe(attempt.target, options, on_stage))
            task.add_done_callback(reports.put_nowait)
            running[task] = attempt
        else:
            remaining.append(attempt)
    waiting[:] = remaining
    return skipped


def _skip_attempt(attempt: _Attempt, verdict_id: str) -> ProbeEnded:
    verdict = build_verdict(verdict_id, host=attempt.target.host, port=attempt.target.port)
    return ProbeEnded(tuple(attempt.targets), verdict)


def _task_verdict(task: _Task, target: ProbeTarget) -> Verdict:
    """Return a task's verdict; an exception becomes the verdict of this one target."""
    error = None if task.cancelled() else task.exception()
    if task.cancelled() or error is not None:
        kind = type(error).__name__ if error is not None else "cancelled"
        verdict_id = "probe.failed" if error is not None else "probe.cancelled"
        return build_verdict(verdict_id, host=target.host, port=target.port, detail=kind)
    return task.result()
