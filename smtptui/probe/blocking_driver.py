"""The driver for a single probe: plain sockets, no asyncio, few imports."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
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
from smtptui.probe.failures import prefer_error
from smtptui.probe.hosts import Address
from smtptui.probe.stages import Stage
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import Verdict

READ_SIZE = 64 * 1024
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


def probe_blocking(
    target: ProbeTarget, options: ProbeOptions | None = None, on_stage: Callable[[Stage], None] | None = None
) -> Verdict:
    """Run one probe and return its verdict. Never raises for anything the network or the server does."""
    from smtptui.probe.state_machine import Conversation, advance

    sockets: dict[int, socket.socket] = {}
    conversation = Conversation(target, options or ProbeOptions(), on_stage).run()
    try:
        outcome: object = None
        while not isinstance(action := advance(conversation, outcome), Verdict):
            try:
                outcome = _perform(action, sockets)
            except OSError as error:
                outcome = error
        return action
    finally:
        for sock in sockets.values():
            sock.close()


def _perform(action: Action, sockets: dict[int, socket.socket]) -> Any:
    match action:
        case Receive(timeout, number):
            sock = sockets[number]
            quick_ack(sock)
            sock.settimeout(timeout)
            return sock.recv(READ_SIZE)
        case Send(data, timeout, number):
            sock = sockets[number]
            sock.settimeout(timeout)
            return sock.sendall(data)
        case Connect(addresses, timeout, number):
            sock, address = _connect(addresses, timeout)
            sockets[number] = sock
            return Connected(address, str(sock.getsockname()[0]))
        case Resolve(host, port, timeout):
            return _resolve(host, port, timeout)
        case Close(number):
            if (closing := sockets.pop(number, None)) is not None:
                closing.close()
    return None


def quick_ack(sock: socket.socket) -> None:
    """Acknowledge at once: Linux delays it, which costs 40 ms where TLS 1.3 tickets meet Nagle's algorithm."""
    if _QUICKACK is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


def new_socket(address: Address) -> socket.socket:
    """Return a non-blocking socket for the address."""
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    sock.setblocking(False)
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def resolve_host(host: str, port: int) -> list[Address]:
    """Resolve a host; it blocks. Raise socket.gaierror."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [
        Address(int(family), str(where[0]), int(where[1]))
        for family, _, _, _, where in found
        if family in (socket.AF_INET, socket.AF_INET6)
    ]


def resolve_in_background(host: str, port: int, done: Callable[[list[Address] | OSError], None]) -> None:
    """Resolve in a daemon thread, and call `done` there with the addresses or the error."""

    def run() -> None:
        try:
            result: list[Address] | OSError = resolve_host(host, port)
        except OSError as error:
            result = error
        except UnicodeError:
            result = socket.gaierror(socket.EAI_NONAME, "the name cannot be encoded")
        done(result)

    import threading

    threading.Thread(target=run, name="smtptui-dns", daemon=True).start()


def _resolve(host: str, port: int, timeout: float) -> list[Address]:
    import queue

    answers: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()
    resolve_in_background(host, port, answers.put)
    try:
        result = answers.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(result, OSError):
        raise result
    return result


def _connect(addresses: tuple[Address, ...], timeout: float) -> tuple[socket.socket, Address]:
    """Connect to the first address that accepts (RFC 8305). Raise the most informative error, or TimeoutError."""
    deadline = time.monotonic() + timeout
    waiting = list(addresses)
    under_way: dict[socket.socket, Address] = {}
    last: OSError | None = None
    try:
        next_start = 0.0
        while waiting or under_way:
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError
            if waiting and (now >= next_start or not under_way):
                address = waiting.pop(0)
                try:
                    under_way[_start_connecting(address)] = address
                except OSError as error:
                    last = prefer_error(last, error)
                    continue
                next_start = time.monotonic() + CONNECTION_ATTEMPT_DELAY
            until = min(deadline, next_start) if waiting else deadline
            writable = _wait_writable(list(under_way), max(0.0, until - time.monotonic()))
            for sock in writable:
                address = under_way.pop(sock)
                number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if number == 0:
                    return sock, address
                last = prefer_error(last, OSError(number, os.strerror(number)))
                sock.close()
                next_start = 0.0
    finally:
        for sock in under_way:
            sock.close()
    raise last if last is not None else TimeoutError


def _start_connecting(address: Address) -> socket.socket:
    sock = new_socket(address)
    try:
        with contextlib.suppress(BlockingIOError):
            sock.connect((address.ip, address.port))
    except OSError:
        sock.close()
        raise
    return sock


def _wait_writable(sockets: list[socket.socket], timeout: float) -> list[socket.socket]:
    if not hasattr(select, "poll"):
        _, ready, failed = select.select([], sockets, sockets, timeout)
        return [sock for sock in sockets if sock in ready or sock in failed]
    poller = select.poll()
    for sock in sockets:
        poller.register(sock, select.POLLOUT)
    ready_numbers = {number for number, _ in poller.poll(timeout * 1000)}
    return [sock for sock in sockets if sock.fileno() in ready_numbers]
