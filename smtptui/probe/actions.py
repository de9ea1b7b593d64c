"""Actions that the state machine asks of its driver. A driver performs them and decides nothing.

Failures are thrown into the state machine: OSError, TimeoutError, socket.gaierror. Every `timeout` is in seconds.
`connection` distinguishes the two connections that may be open at once.
"""

from __future__ import annotations

from typing import NamedTuple

from smtptui.probe.hosts import Address

CONNECTION_ATTEMPT_DELAY = 0.25
"""Seconds before the next address is tried in parallel (RFC 8305 section 5)."""


class Resolve(NamedTuple):
    """Result: the addresses in the resolver's order, list[Address]."""

    host: str
    port: int
    timeout: float


class Connect(NamedTuple):
    """Result: Connected, with the first address that accepts; addresses are tried a quarter of a second apart."""

    addresses: tuple[Address, ...]
    timeout: float
    connection: int = 0


class Connected(NamedTuple):
    address: Address
    local_ip: str


class Send(NamedTuple):
    """Result: None, once all bytes are sent."""

    data: bytes
    timeout: float
    connection: int = 0


class Receive(NamedTuple):
    """Result: some bytes; b"" is the end of the stream."""

    timeout: float
    connection: int = 0


class Close(NamedTuple):
    """Result: None; closing a closed connection is no error."""

    connection: int = 0


Action = Resolve | Connect | Send | Receive | Close
