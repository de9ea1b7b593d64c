"""The driver for many probes at once, over asyncio. Cancelling a probe closes its sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

from smtptui.probe.actions import (
    CONNECTION_ATTEMPT_DELAY,
    Action,
    Close,
    Connect,
    Connected,
    Receive,
    Resolve,
    Send,
)
from smtptui.probe.blocking_driver import READ_SIZE, new_socket, quick_ack, resolve_in_background
from smtptui.probe.failures import prefer_error
from smtptui.probe.hosts import Address
from smtptui.probe.stages import Stage
from smtptui.probe.state_machine import Conversation, advance
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import Verdict


async def probe(
    target: ProbeTarget, options: ProbeOptions | None = None, on_stage: Callable[[Stage], None] | None = None
) -> Verdict:
    """Run one probe and return its verdict. Never raises for anything the network or the server does."""
    sockets: dict[int, _Socket] = {}
    conversation = Conversation(target, options or ProbeOptions(), on_stage).run()
    try:
        outcome: object = None
        while not isinstance(action := advance(conversation, outcome), Verdict):
            try:
                outcome = await _perform(action, sockets)
            except OSError as error:
                outcome = error
        return action
    finally:
        for sock in sockets.values():
            sock.close()


class _Socket:
    """A connection that is registered with the event loop once, not for each read."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[bytes] | None = None
        self._watched = False

    async def receive(self, seconds: float) -> bytes:
        quick_ack(self._sock)
        with contextlib.suppress(BlockingIOError):
            return self._sock.recv(READ_SIZE)
        self._waiting = self._loop.create_future()
        if not self._watched:
            self._loop.add_reader(self._sock, self._readable)
            self._watched = True
        late = self._loop.call_later(seconds, self._time_out)
        try:
            return await self._waiting
        finally:
            late.cancel()

    async def send(self, data: bytes, seconds: float) -> None:
        with contextlib.suppress(BlockingIOError):
            data = data[self._sock.send(data) :]
        if data:
            async with asyncio.timeout(seconds):
                await self._loop.sock_sendall(self._sock, data)

    def close(self) -> None:
        self._unwatch()
        self._sock.close()

    def _readable(self) -> None:
        if self._waiting is None or self._waiting.done():
            self._unwatch()
            return
        try:
            self._waiting.set_result(self._sock.recv(READ_SIZE))
        except BlockingIOError:
            return
        except OSError as error:
            self._waiting.set_exception(error)

    def _time_out(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(TimeoutError())

    def _unwatch(self) -> None:
        if self._watched:
            self._loop.remove_reader(self._sock)
            self._watched = False


async def _perform(action: Action, sockets: dict[int, _Socket]) -> Any:
    match action:
        case Receive(timeout, number):
            return await sockets[number].receive(timeout)
        case Send(data, timeout, number):
            return await sockets[number].send(data, timeout)
        case Connect(addresses, timeout, number):
            async with asyncio.timeout(timeout):
                sock, address = await _connect(addresses)
            sockets[number] = _Socket(sock)
            return Connected(address, str(sock.getsockname()[0]))
        case Resolve(host, port, timeout):
            async with asyncio.timeout(timeout):
                return await _resolve(host, port)
        case Close(number):
            if (closing := sockets.pop(number, None)) is not None:
                closing.close()
    return None


async def _resolve(host: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def settle(result: list[Address] | OSError) -> None:
        if answer.done():
            return
        if isinstance(result, OSError):
            answer.set_exception(result)
        else:
            answer.set_result(result)

    def deliver(result: list[Address] | OSError) -> None:
        # The loop may be closed when a slow answer arrives.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result)

    resolve_in_background(host, port, deliver)
    return await answer


async def _connect(addresses: tuple[Address, ...]) -> tuple[socket.socket, Address]:
    """Connect to the first address that accepts (RFC 8305). Raise the most informative error."""
    if len(addresses) == 1:
        return await _connect_to(addresses[0])
    waiting = list(addresses)
    tasks: set[asyncio.Task[tuple[socket.socket, Address]]] = set()
    last: OSError | None = None
    winner: tuple[socket.socket, Address] | None = None
    try:
        while winner is None and (waiting or tasks):
            if waiting:
                tasks.add(asyncio.create_task(_connect_to(waiting.pop(0))))
            done, tasks = await asyncio.wait(
                tasks,
                timeout=CONNECTION_ATTEMPT_DELAY if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                error = task.exception()
                if isinstance(error, OSError):
                    last = prefer_error(last, error)
                elif winner is None:
                    winner = task.result()
                else:
                    task.result()[0].close()
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(ended, BaseException):
                ended[0].close()
    if winner is None:
        raise last or OSError("no address")
    return winner


async def _connect_to(address: Address) -> tuple[socket.socket, Address]:
    sock = new_socket(address)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address.ip, address.port))
    except BaseException:
        sock.close()
        raise
    return sock, address
