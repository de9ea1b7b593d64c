"""An SMTP server on loopback that sends scripted replies and records every byte it receives."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Scripted:
    port: int
    received: bytearray = field(default_factory=bytearray)
    connections: int = 0
    reached: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def scripted(*replies: bytes) -> Iterator[Scripted]:
    """The first reply greets, each other one answers a line; then it listens until the other side leaves."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(listener.getsockname()[1])
        serving = threading.Thread(target=_serve, args=(listener, server, replies))
        serving.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            serving.join(30)


def _serve(listener: socket.socket, server: Scripted, replies: tuple[bytes, ...]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        server.reached.set()
        connection.settimeout(30)
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as lines:
            for reply in replies:
                connection.sendall(reply)
                line = lines.readline()
                server.received += line
            while line := lines.readline():
                server.received += line
