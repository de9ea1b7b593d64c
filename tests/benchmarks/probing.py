"""The probe beside the public tools, on the same ports of a real Postfix (as root, see tests/probe/postfix.sh).

1. One whole process from start to verdict: ours over blocking sockets, and `swaks --quit-after AUTH`.
2. From connect to verdict inside the process, the two drivers, and aiosmtplib to the same point, where installed.
3. 200 verifications at 50 at once over 13 stored hosts, behind a relay that adds 100 ms to each round trip,
   against the bound that the round trips alone set.
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

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from smtptui.probe.blocking import probe_once
from smtptui.probe.bulk import Probed, probe_many
from smtptui.probe.session import probe
from smtptui.probe.target import Options, Target
from smtptui.secrets.secret import Secret
from tests.probe.real_postfix import HOST, PASSWORD, USER, Postfix, free_ports

ROUNDS = 15
IN_PROCESS = 60
MANY = 200
HOSTS = 13
ROUND_TRIP = 0.1
# half a round trip for the greeting; EHLO, STARTTLS, TLS, EHLO, AUTH, QUIT
ROUND_TRIPS = 6.5

ONCE = """
import os, sys
from smtptui.probe.blocking import probe_once
from smtptui.probe.target import Options, Target
from smtptui.secrets.secret import Secret
host, port, security, user, ca = sys.argv[1:]
resolve = {f"{host}:{port}": f"127.0.0.1:{port}"}
target = Target(host, int(port), security, user, Secret(os.environ["SMTP_TEST_PASSWORD"]))
found = probe_once(target, Options(ca_file=ca, resolve=resolve))
sys.exit(found.id != "auth.verified")
"""


def median_ms(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


async def median_ms_async(run: Callable[[], Awaitable[object]], rounds: int = IN_PROCESS) -> float:
    await run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        await run()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def whole_process(server: Postfix) -> None:
    env = {**os.environ, "SMTP_TEST_PASSWORD": PASSWORD}
    # an installed program is compiled; the first, uncounted round sees to that here
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    for name, security in (("starttls", "starttls"), ("tls", "tls")):
        port = str(server.ports[name])
        ours = [sys.executable, "-c", ONCE, HOST, port, security, USER, server.ca_file]
        mine = median_ms(lambda command=ours: subprocess.run(command, check=True, env=env))  # type: ignore[misc]
        line = f"whole process, {security:<8}  ours {mine:6.1f} ms"
        if shutil.which("swaks"):
            swaks = [
                "swaks", "--server", "127.0.0.1", "--port", port, "--quit-after", "AUTH", "--auth", "PLAIN",
                "--auth-user", USER, "--auth-password", PASSWORD, "--silent", "3", "--to", "x@there.test",
                "--from", USER, "--tls" if security == "starttls" else "--tls-on-connect",
            ]  # fmt: skip
            other = median_ms(lambda command=swaks: subprocess.run(command, check=True, capture_output=True))  # type: ignore[misc]
            line += f"   swaks {other:6.1f} ms   ratio {mine / other:.2f}"
        print(line)


async def in_process(server: Postfix) -> None:
    options = Options(ca_file=server.ca_file, resolve=server.resolve)
    for name, security in (("starttls", "starttls"), ("tls", "tls")):
        target = Target(HOST, server.ports[name], security, USER, Secret(PASSWORD))
        blocking = median_ms(lambda target=target: probe_once(target, options), IN_PROCESS)  # type: ignore[misc]
        ours = await median_ms_async(lambda target=target: probe(target, options))  # type: ignore[misc]
        line = f"in process, {security:<8}     blocking {blocking:5.2f} ms   asyncio {ours:5.2f} ms"
        if importlib.util.find_spec("aiosmtplib"):
            other = await median_ms_async(
                lambda target=target: with_aiosmtplib(server, target.port, target.security == "tls")  # type: ignore[misc]
            )
            line += f"   aiosmtplib {other:5.2f} ms   ratio {ours / other:.2f}"
        print(line)


async def with_aiosmtplib(server: Postfix, port: int, tls: bool) -> None:
    import aiosmtplib  # type: ignore[import-not-found]

    from smtptui.probe.tls import trusting

    client = aiosmtplib.SMTP(
        hostname="127.0.0.1",
        port=port,
        use_tls=tls,
        start_tls=not tls,
        tls_context=trusting(server.ca_file),
    )
    await client.connect()
    await client.ehlo()
    await client.auth_plain(USER, PASSWORD)
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


async def many(server: Postfix, port: int, label: str, bound: float | None) -> None:
    hosts = [f"h{n}.hosts.test" for n in range(HOSTS)]
    options = Options(
        ca_file=server.ca_file, resolve={f"{host}:{port}": f"127.0.0.1:{port}" for host in hosts}
    )
    targets = [
        Target(hosts[n % HOSTS], port, "starttls", f"u{n // HOSTS}@mail.test", Secret(PASSWORD))
        for n in range(MANY)
    ]
    start = time.perf_counter()
    cpu = time.process_time()
    found = [e.verdict.id async for e in probe_many(targets, options) if isinstance(e, Probed)]
    taken = time.perf_counter() - start
    cpu = time.process_time() - cpu
    good = found.count("auth.verified")
    line = f"{MANY} at 50, {label}: {taken:5.2f} s ({good} verified, own processor time {cpu:4.2f} s)"
    if bound is not None:
        line += f"   round trips alone {bound:5.2f} s   ratio {taken / bound:.2f}"
    print(line)


def main() -> None:
    with Postfix() as server:
        database = server.directory / "sasl" / "db"
        for n in range(math.ceil(MANY / HOSTS)):
            command = ["saslpasswd2", "-p", "-c", "-f", str(database), "-u", "mail.test", f"u{n}"]
            subprocess.run(command, input=PASSWORD.encode(), check=True)
        whole_process(server)
        asyncio.run(in_process(server))
        port = server.ports["starttls"]
        asyncio.run(many(server, port, "no delay    ", None))
        asyncio.run(many(server, port, "no delay    ", None))
        far = free_ports(1)[0]
        command = [sys.executable, __file__, "relay", str(far), str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as relaying:
            try:
                assert relaying.stdout is not None
                relaying.stdout.readline()
                bound = math.ceil(MANY / 50) * ROUND_TRIPS * ROUND_TRIP
                asyncio.run(many(server, far, "100 ms delay", bound))
            finally:
                relaying.terminate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["relay"]:
        serve_relay(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
