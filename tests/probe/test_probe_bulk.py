"""Many probes: each login is tried once, within limits for each stored host."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from smtptui.probe.bulk import ProbeEnded, ProbesPlanned, StageChanged, probe_many
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.secrets.secret import Secret

from ..canary import secret_text
from .hostile import Line, Peer, peer

GOOD = secret_text("good")


@dataclass
class Counting:
    """A clear-text server that accepts the password GOOD and counts simultaneous connections."""

    answer: bytes = b""
    now: int = 0
    most: int = 0
    logins: int = 0
    hold: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, line: Line) -> None:
        self.now += 1
        self.empty.clear()
        self.most = max(self.most, self.now)
        try:
            await line.say(b"220 p\r\n")
            while heard := await line.hear():
                if heard.startswith(b"EHLO"):
                    await line.say(b"250-p\r\n250 AUTH PLAIN\r\n")
                elif heard.startswith(b"AUTH"):
                    self.logins += 1
                    self.arrived.set()
                    good = GOOD.encode() in base64.b64decode(heard.split()[-1])
                    if self.hold is not None and good:
                        await self.hold.wait()
                    await line.say(self.answer or (b"235 2.7.0 ok\r\n" if good else b"535 5.7.8 no\r\n"))
                elif heard.startswith(b"QUIT"):
                    await line.say(b"221 2.0.0 bye\r\n")
                    return
        finally:
            self.now -= 1
            if not self.now:
                self.empty.set()


def target(there: Peer, n: int, host: str = "one.test", password: str = GOOD) -> ProbeTarget:
    return ProbeTarget(host, there.port, "none", f"u{n}", Secret(password), allow_cleartext=True)


def options(there: Peer, *hosts: str, **more: object) -> ProbeOptions:
    resolve = {f"{host}:{there.port}": f"127.0.0.1:{there.port}" for host in (*hosts, "one.test")}
    return ProbeOptions(timeout=60.0, resolve=resolve, **more)  # type: ignore[arg-type]


def verdicts(events: Sequence[object], count: int) -> list[str]:
    """Return the verdict id of each target; every target ends exactly once."""
    ended = Counter(index for e in events if isinstance(e, ProbeEnded) for index in e.targets)
    assert ended == Counter(range(count))
    by_index = {index: e.verdict.id for e in events if isinstance(e, ProbeEnded) for index in e.targets}
    return [by_index[n] for n in range(count)]


async def test_every_target_ends_once_and_a_host_has_four_conversations_at_once() -> None:
    server = Counting()
    async with peer(server) as there:
        events = [e async for e in probe_many([target(there, n) for n in range(20)], options(there))]
    assert verdicts(events, 20) == ["auth.verified"] * 20
    assert server.most <= 4
    assert isinstance(events[0], ProbesPlanned)
    assert (events[0].targets, events[0].conversations, events[0].passwords) == (20, 20, {"one.test": 20})
    stages = [e.stage.name for e in events if isinstance(e, StageChanged) and e.targets == (0,)]
    assert stages[0] == "dns"
    assert stages[-1] == "quit"


async def test_concurrency_limits_all_hosts_together() -> None:
    server, hosts = Counting(), [f"h{n}.test" for n in range(10)]
    async with peer(server) as there:
        wanted = [target(there, n, host) for n, host in enumerate(hosts * 3)]
        events = [e async for e in probe_many(wanted, options(there, *hosts, concurrency=5))]
    assert verdicts(events, 30) == ["auth.verified"] * 30
    assert server.most <= 5


async def test_the_same_login_stored_several_times_is_tried_once() -> None:
    server = Counting()
    async with peer(server) as there:
        same = target(there, 1)
        wanted = [
            same,
            target(there, 2),
            same._replace(host="ONE.test"),
            same._replace(secret=Secret(GOOD + "x")),
        ]
        events = [e async for e in probe_many(wanted, options(there))]
    assert verdicts(events, 4) == ["auth.verified"] * 4
    assert isinstance(events[0], ProbesPlanned)
    assert events[0].conversations == server.logins == 3
    assert (0, 2) in [e.targets for e in events if isinstance(e, ProbeEnded)]


async def test_a_host_is_not_tried_after_two_failures_and_others_are() -> None:
    server = Counting()
    async with peer(server) as there:
        bad = [target(there, n, "bad.test", secret_text(f"bad-{n}")) for n in range(10)]
        events = [
            e async for e in probe_many([*bad, target(there, 1)], options(there, "bad.test", per_host=1))
        ]
    found = verdicts(events, 11)
    assert found == ["auth.rejected"] * 2 + ["host.left_alone"] * 8 + ["auth.verified"]
    assert server.logins == 3


async def test_after_the_first_failure_a_host_has_one_conversation_at_a_time() -> None:
    server = Counting(hold=asyncio.Event())
    assert server.hold is not None
    async with peer(server) as there:
        wanted = [target(there, 0, password=secret_text("bad")), *(target(there, n) for n in range(1, 12))]
        ended = 0
        async for event in probe_many(wanted, options(there)):
            if isinstance(event, ProbeEnded):
                ended += 1
                # the three good ones beside it are held until the bad one has ended
                server.hold.set()
                if ended == 4:
                    server.most = 0
    assert ended == 12
    assert server.most == 1


async def test_a_temporary_refusal_counts_as_a_failure() -> None:
    server = Counting(answer=b"454 4.7.0 Temporary authentication failure\r\n")
    async with peer(server) as there:
        events = [
            e async for e in probe_many([target(there, n) for n in range(6)], options(there, per_host=1))
        ]
    assert verdicts(events, 6) == ["auth.undetermined"] * 2 + ["host.left_alone"] * 4


async def test_a_dead_port_does_not_count_against_other_ports_of_its_host() -> None:
    server = Counting()
    async with peer(server) as gone:
        pass
    async with peer(server) as there:
        dead = [target(there, n)._replace(port=gone.port) for n in range(4)]
        wanted = [*dead, target(there, 9)]
        opts = options(there, per_host=1)
        led = {**opts.resolve, f"one.test:{gone.port}": f"127.0.0.1:{gone.port}"}
        events = [e async for e in probe_many(wanted, opts._replace(resolve=led))]
    assert verdicts(events, 5) == ["connect.refused"] * 2 + ["host.left_alone"] * 2 + ["auth.verified"]


async def test_once_held_no_conversation_starts_and_those_in_flight_end() -> None:
    server = Counting(hold=asyncio.Event())
    stop = False
    events: list[object] = []

    async def read(there: Peer) -> None:
        async for event in probe_many(
            [target(there, n) for n in range(8)], options(there, per_host=2), is_held=lambda: stop
        ):
            events.append(event)

    async with peer(server) as there:
        task = asyncio.create_task(read(there))
        await asyncio.wait_for(server.arrived.wait(), 60)
        stop = True
        assert server.hold is not None
        server.hold.set()
        await asyncio.wait_for(task, 60)
    assert Counter(verdicts(events, 8)) == {"auth.verified": 2, "probe.cancelled": 6}


async def test_closing_the_generator_closes_every_connection() -> None:
    server = Counting(hold=asyncio.Event())
    async with peer(server) as there:
        stream = probe_many([target(there, n) for n in range(8)], options(there))
        async with contextlib.aclosing(stream):
            async for event in stream:
                if isinstance(event, StageChanged) and event.stage.name == "auth":
                    break
        async with asyncio.timeout(60):
            assert server.hold is not None
            server.hold.set()
            await server.empty.wait()
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def test_no_test_mail_in_bulk() -> None:
    with pytest.raises(ValueError, match="one by one"):
        await anext(probe_many([], ProbeOptions(send_test=True)))


async def test_no_targets_end_at_once() -> None:
    assert [e async for e in probe_many([])] == [ProbesPlanned(0, 0, {})]
