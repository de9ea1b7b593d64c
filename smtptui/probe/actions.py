"""What the conversation asks of its driver. A driver carries these out and decides nothing.

Failures are thrown into the conversation as they come: OSError, TimeoutError, socket.gaierror.
Every `timeout` is in seconds. `line` tells the two connections apart that may be open at once.
"""

from __future__ import annotations

from typing import NamedTuple

from smtptui.probe.hosts import Address

CONNECTION_ATTEMPT_DELAY = 0.25
"""Seconds before the next address is tried beside the one under way (RFC 8305 section 5)."""


class Resolve(NamedTuple):
    """Answered with the addresses, in the resolver's order: list[Address]."""

    host: str
    port: int
    timeout: float


class Connect(NamedTuple):
    """Answered with Connected: the first address that answers, tried by turns a quarter of a second apart."""

    addresses: tuple[Address, ...]
    timeout: float
    connection: int = 0


class Connected(NamedTuple):
    address: Address
    local_ip: str


class Send(NamedTuple):
    """Answered with None once all bytes are handed over."""

    data: bytes
    timeout: float
    connection: int = 0


class Receive(NamedTuple):
    """Answered with some bytes; b"" is the end of the stream."""

    timeout: float
    connection: int = 0


class Close(NamedTuple):
    """Answered with None; closing what is closed is no error."""

    connection: int = 0


Action = Resolve | Connect | Send | Receive | Close
