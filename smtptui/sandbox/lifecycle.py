"""The running servers: one HTTP port and three SMTP ports on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import faults as fault_list
from .accounts import BlueCompany, DigitaniumTenant, PipefyOrganization, SendmuxTeam
from .app import SandboxState, make_app
from .blue import Blue
from .clock import utc_now
from .config_file import require_folder, write_config
from .digitanium import Digitanium
from .exchange import Dialect
from .faults import Faults
from .hosts import resolve_entries
from .logins import Logins
from .pipefy import Pipefy
from .request_log import RequestLog
from .resolve_map import ResolveMap
from .seeds import make_accounts, seed_accounts
from .sendmux import Sendmux
from .smtp_check import SmtpCheck
from .smtp_servers import Certificates, SmtpServers

PARENT_LOOK_SECONDS = 0.25
GRACE_SECONDS = 1
LIVE_TESTS = 32

Announce = Callable[[dict[str, Any]], None]


class Connections:
    """The open HTTP connections by their peer, so that a fault can close one without an answer."""

    def __init__(self) -> None:
        self._open: dict[Any, asyncio.Transport] = {}

    def close(self, client: Any) -> None:
        transport = self._open.get(tuple(client))
        if transport is not None:
            transport.close()

    def protocol(self) -> type[H11Protocol]:
        connections = self._open

        class Protocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                connections[tuple(transport.get_extra_info("peername"))] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(tuple(self.transport.get_extra_info("peername") or ()), None)
                super().connection_lost(exc)

        return Protocol


class HttpServer(uvicorn.Server):
    """Signals are the sandbox's own: uvicorn's would end the process by the signal, not with 0."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(
    port: int,
    config_out: Path,
    seed: str,
    faults: Any,
    rate_time_scale: float,
    parent_pid: int | None,
    announce: Announce,
) -> None:
    """Serve until told to stop. Raises OSError or ValueError when it cannot start."""
    if rate_time_scale <= 0:
        raise ValueError("the rate time scale must be above 0")
    require_folder(config_out.absolute())
    _quiet()
    in_force = Faults(fault_list.parse_faults(faults))
    asyncio.run(_main(port, config_out.absolute(), seed, in_force, rate_time_scale, parent_pid, announce))


async def _main(
    port: int,
    config_out: Path,
    seed: str,
    faults: Faults,
    rate_time_scale: float,
    parent_pid: int | None,
    announce: Announce,
) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(LIVE_TESTS))
    logins, resolve = Logins(), ResolveMap()
    accounts = make_accounts(utc_now)
    seed_accounts(seed, accounts, logins, utc_now())
    certificates = Certificates(resolve)
    check = SmtpCheck(resolve)
    certificates.trust(check.tls)
    smtp = SmtpServers(logins, certificates)
    listener = _listen(port)
    try:
        await smtp.start()
        resolve.merge(resolve_entries(smtp.ports))
        dialects: list[Dialect] = [
            Blue([a for a in accounts.values() if isinstance(a, BlueCompany)], check, utc_now),
            Pipefy([a for a in accounts.values() if isinstance(a, PipefyOrganization)]),
            Sendmux(
                [a for a in accounts.values() if isinstance(a, SendmuxTeam)], check, utc_now, rate_time_scale
            ),
            Digitanium([a for a in accounts.values() if isinstance(a, DigitaniumTenant)], check),
        ]
        world = SandboxState(accounts, dialects, logins, resolve, smtp.mailbox, faults, RequestLog())
        connections = Connections()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ca_file = write_config(config_out, certificates.pem(), accounts, url, resolve.as_dict())
        ready = {
            "ready": True,
            "url": url,
            "smtp": smtp.ports,
            "ca_file": str(ca_file),
            "config": str(config_out),
        }
        server = _http(make_app(world, connections.close), connections, lambda: announce(ready))
        _stop_on_signals(server)
        watch = asyncio.create_task(_watch_parent(server, parent_pid))
        await server.serve(sockets=[listener])
        watch.cancel()
    finally:
        listener.close()
        await smtp.stop()


def _quiet() -> None:
    """What clients do wrong is their affair and no message of the sandbox; its own failures still are."""
    for name, level in (("mail", logging.CRITICAL), ("uvicorn", logging.ERROR)):
        logging.getLogger(name).setLevel(level)


def _listen(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only on sockets that name their protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise OSError(f"port {port} on 127.0.0.1: {error}") from None
    return listener


def _http(app: Any, connections: Connections, on_started: Callable[[], None]) -> HttpServer:
    return HttpServer(
        uvicorn.Config(
            app,
            http=connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        ),
        on_started,
    )


def _stop_on_signals(server: HttpServer) -> None:
    def stop(*_: Any) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


async def _watch_parent(server: HttpServer, parent_pid: int | None) -> None:
    """Stop the server when the parent is gone: polled, since PR_SET_PDEATHSIG means the parent's thread."""
    while parent_pid is not None and os.getppid() == parent_pid:  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(PARENT_LOOK_SECONDS)
    server.should_exit = server.should_exit or parent_pid is not None
