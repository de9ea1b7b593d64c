"""Asking the system's resolver without waiting for it: a thread that nobody has to wait for at the end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from smtptui.probe.hosts import Address


def resolve_host(host: str, port: int) -> list[Address]:
    """Blocking. Raises socket.gaierror."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [
        Address(int(family), str(where[0]), int(where[1]))
        for family, _, _, _, where in found
        if family in (socket.AF_INET, socket.AF_INET6)
    ]


def resolve_in_background(host: str, port: int, done: Callable[[list[Address] | OSError], None]) -> None:
    """Look up in a daemon thread and hand `done` the addresses or the error, in that thread."""

    def run() -> None:
        try:
            result: list[Address] | OSError = resolve_host(host, port)
        except OSError as error:
            result = error
        except UnicodeError:
            result = socket.gaierror(socket.EAI_NONAME, "the name cannot be asked for")
        done(result)

    threading.Thread(target=run, name="smtptui-dns", daemon=True).start()
