"""The probe beside the public tools, on the same ports of a real Postfix (as root, see tests/probe/postfix.sh).

1. One whole process from start to verdict: the command `smtptui probe`, and `swaks --quit-after AUTH`.
2. From connect to verdict inside the process, the two drivers, and aiosmtplib to the same point, where installed.
3. 200 verifications at 50 at once over 13 stored hosts without delay, and aiosmtplib to the same point.
4. The same behind a relay that adds 100 ms to each round trip, against the bound that the round trips alone set.

What is compared runs by turns in one loop; medians of the wall clock and of our own processor time are printed.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import math
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from smtptui.probe.async_driver import probe
from smtptui.probe.blocking_driver import probe_blocking
from smtptui.probe.bulk import ProbeEnded, probe_many
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.secrets.secret import Secret
from tests.probe.real_postfix import HOST, PASSWORD, USER, Postfix, free_ports

ROUNDS = 15
IN_PROCESS = 60
MANY = 200
BULK_ROUNDS = 5
HOSTS = 13
ROUND_TRIP = 0.1
# half a round trip for the greeting; EHLO, STARTTLS, TLS, EHLO, AUTH, QUIT
ROUND_TRIPS = 6.5

Timed = Callable[[], Awaitable[object]]


class Timing(NamedTuple):
    """Milliseconds, medians; `cpu` is this process's and its children's."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:6.2f} ms (processor {self.cpu:5.2f})"


async def by_turns(runs: dict[str, Timed], rounds: int) -> dict[str, Timing]:
    """Each once uncounted, then by turns: what disturbs the machine disturbs them all."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for round_ in range(rounds + 1):
        for name, run in runs.items():
            start, cpu = time.perf_counter(), processor_seconds()
            await run()
            if round_:
                taken[name].append((time.perf_counter() - start, processor_seconds() - cpu))
    return {
        name: Timing(*(statistics.median(column) * 1000 for column in zip(*times, strict=True)))
        for name, times in taken.items()
    }


def processor_seconds() -> float:
    used = os.times()
    return time.process_time() + used.children_user + used.children_system


def settings(server: Postfix) -> Path:
    """A config file with the authorities, and where the stored host name leads."""
    lines = ["[probe]", f'ca_file = "{server.ca_file}"', "[probe.resolve]"]
    lines += [f'"{name}" = "{target}"' for name, target in server.resolve.items()]
    path = server.directory / "smtptui.toml"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return path


async def whole_process(server: Postfix) -> None:
    env = {**os.environ, "SMTP_TEST_PASSWORD": PASSWORD}
    # an installed program is compiled; the first, uncounted round sees to that here
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    config = str(settings(server))
    for name, security in (("starttls", "starttls"), ("tls", "tls")):
        port = str(server.ports[name])
        commands = {
            "smtptui probe": [
                sys.executable, "-m", "smtptui", "probe", f"{HOST}:{port}", "--security", security, "--config", config,
                "--username", USER, "--password-from", "env:SMTP_TEST_PASSWORD",
            ],
        }  # fmt: skip
        if shutil.which("swaks"):
            commands["swaks"] = [
                "swaks", "--server", "127.0.0.1", "--port", port, "--quit-after", "AUTH", "--auth", "PLAIN",
                "--auth-user", USER, "--auth-password", PASSWORD, "--silent", "3", "--to", "x@there.test",
                "--from", USER, "--tls" if security == "starttls" else "--tls-on-connect",
            ]  # fmt: skip

        def process(command: list[str]) -> Timed:
            async def run() -> None:
                subprocess.run(command, check=True, env=env, capture_output=True)  # noqa: ASYNC221

            return run

        found = await by_turns({what: process(command) for what, command in commands.items()}, ROUNDS)
        print(f"whole process, {security:<8} {compared(found)}")


def compared(found: dict[str, Timing]) -> str:
    """Ours is the first; the ratio is to the last, where there is another to compare with."""
    line = "   ".join(f"{name} {timing}" for name, timing in found.items())
    ours, *others = found.values()
    if len(others) == 0 or ("aiosmtplib" not in found and "swaks" not in found):
        return line
    return f"{line}   ratio {ours.wall / others[-1].wall:.2f} (processor {ours.cpu / others[-1].cpu:.2f})"


async def in_process(server: Postfix) -> None:
    options = ProbeOptions(ca_file=server.ca_file, resolve=server.resolve)
    for name, security in (("starttls", "starttls"), ("tls", "tls")):
        target = ProbeTarget(HOST, server.ports[name], security, USER, Secret(PASSWORD))

        async def with_asyncio(target: ProbeTarget = target) -> None:
            await probe(target, options)

        async def blocking(target: ProbeTarget = target) -> None:
            probe_blocking(target, options)

        async def theirs(target: ProbeTarget = target) -> None:
            await with_aiosmtplib(server, target.port, target.security == "tls", USER)

        runs: dict[str, Timed] = {"asyncio": with_asyncio, "blocking": blocking}
        if importlib.util.find_spec("aiosmtplib"):
            runs["aiosmtplib"] = theirs
        print(f"in process, {security:<8}    {compared(await by_turns(runs, IN_PROCESS))}")


async def with_aiosmtplib(server: Postfix, port: int, tls: bool, user: str) -> None:
    import aiosmtplib  # type: ignore[import-not-found]

    from smtptui.probe.tls import trusted_context

    client = aiosmtplib.SMTP(
        hostname="127.0.0.1",
        port=port,
        use_tls=tls,
        start_tls=not tls,
        tls_context=trusted_context(server.ca_file),
    )
    await client.connect()
    await client.ehlo()
    await client.auth_plain(user, PASSWORD)
    await client.quit()


async def relay(port: int, to: int) -> asyncio.Server:
    """Carries each piece half a round trip later; connecting itself costs nothing, as on loopback."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                loop.call_later(ROUND_TRIP / 2, writer.write, data)
            loop.call_later(ROUND_TRIP / 2, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there = await asyncio.open_connection("127.0.0.1", to)
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

    return await asyncio.start_server(serve, "127.0.0.1", port, backlog=500)


def serve_relay(port: int, to: int) -> None:
    async def forever() -> None:
        server = await relay(port, to)
        print("ready", flush=True)
        await server.serve_forever()

    asyncio.run(forever())


async def many(server: Postfix, port: int) -> None:
    hosts = [f"h{n}.hosts.test" for n in range(HOSTS)]
    options = ProbeOptions(
        ca_file=server.ca_file, resolve={f"{host}:{port}": f"127.0.0.1:{port}" for host in hosts}
    )
    targets = [
        ProbeTarget(hosts[n % HOSTS], port, "starttls", f"u{n // HOSTS}@mail.test", Secret(PASSWORD))
        for n in range(MANY)
    ]
    found = [e.verdict.id async for e in probe_many(targets, options) if isinstance(e, ProbeEnded)]
    assert found.count("auth.verified") == MANY, "not all were verified"


async def many_with_aiosmtplib(server: Postfix, port: int) -> None:
    """As many at once, and as many for one host as ours."""
    at_once = asyncio.Semaphore(50)
    per_host = [asyncio.Semaphore(ProbeOptions().per_host) for _ in range(HOSTS)]

    async def one(number: int) -> None:
        async with per_host[number % HOSTS], at_once:
            await with_aiosmtplib(server, port, False, f"u{number // HOSTS}@mail.test")

    await asyncio.gather(*(one(number) for number in range(MANY)))


async def without_delay(server: Postfix) -> None:
    port = server.ports["starttls"]
    runs: dict[str, Timed] = {"ours": lambda: many(server, port)}
    if importlib.util.find_spec("aiosmtplib"):
        runs["aiosmtplib"] = lambda: many_with_aiosmtplib(server, port)
    print(f"{MANY} at 50, no delay     {compared(await by_turns(runs, BULK_ROUNDS))}")


async def with_delay(server: Postfix, port: int) -> None:
    bound = math.ceil(MANY / 50) * ROUND_TRIPS * ROUND_TRIP
    start, cpu = time.perf_counter(), time.process_time()
    await many(server, port)
    taken, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(
        f"{MANY} at 50, 100 ms delay {taken:5.2f} s (own processor time {cpu:4.2f} s)   "
        f"round trips alone {bound:5.2f} s   ratio {taken / bound:.2f}"
    )


def main() -> None:
    with Postfix() as server:
        database = server.directory / "sasl" / "db"
        for n in range(math.ceil(MANY / HOSTS)):
            command = ["saslpasswd2", "-p", "-c", "-f", str(database), "-u", "mail.test", f"u{n}"]
            subprocess.run(command, input=PASSWORD.encode(), check=True)
        asyncio.run(whole_process(server))
        asyncio.run(in_process(server))
        port = server.ports["starttls"]
        asyncio.run(without_delay(server))
        far = free_ports(1)[0]
        command = [sys.executable, __file__, "relay", str(far), str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as relaying:
            try:
                assert relaying.stdout is not None
                relaying.stdout.readline()
                asyncio.run(with_delay(server, far))
            finally:
                relaying.terminate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["relay"]:
        serve_relay(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
