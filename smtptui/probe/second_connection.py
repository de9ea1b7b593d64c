"""Look at a server over a second connection, which never carries a credential."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple

from smtptui.probe.actions import Action, Close, Connect, Connected
from smtptui.probe.connection import TLS_RECORDS, Connection, EndOfStreamError, InjectedError
from smtptui.probe.hosts import Address, InvalidNameError, apply_resolve_map, format_address_literal
from smtptui.probe.lines import ProtocolError
from smtptui.probe.tls import TlsPipe, unverified_context
from smtptui.probe.transcript import Transcript

SECOND_CONNECTION = 1
"""The number of the second connection."""

SUBMISSION_PORTS = {587: "starttls", 465: "tls", 2525: "starttls", 2465: "tls"}
"""Submission ports and their security (RFC 6409, RFC 8314; 2525 and 2465 by custom, for networks that block the
others)."""


class ProbePeer(NamedTuple):
    """`host` is the name for TLS; `remaining` returns the seconds left and raises TimeoutError at the end."""

    host: str
    addresses: tuple[Address, ...]
    remaining: Callable[[], float]


def detect_tls(peer: ProbePeer) -> Generator[Action, Any, bool]:
    """Send only a TLS ClientHello; return whether the response looks like TLS."""
    connection = Connection(SECOND_CONNECTION, Transcript(enabled=False), peer.remaining)
    try:
        yield Connect(peer.addresses, peer.remaining(), SECOND_CONNECTION)
        yield from connection.start_tls(TlsPipe(unverified_context(), peer.host))
        found = True
    except (OSError, EndOfStreamError, ValueError):
        # A handshake that fails later still shows that the server speaks TLS.
        found = connection.first_bytes[:2] in TLS_RECORDS
    yield Close(SECOND_CONNECTION)
    return found


def fetch_refused_certificates(
    peer: ProbePeer, *, starttls: bool, ehlo_name: str | None
) -> Generator[Action, Any, list[bytes]]:
    """Return the refused server's certificates (DER, leaf first); empty when they are not sent again."""
    from smtptui.probe.certificate import read_unverified_chain

    connection = Connection(SECOND_CONNECTION, Transcript(enabled=False), peer.remaining)
    try:
        connected: Connected = yield Connect(peer.addresses, peer.remaining(), SECOND_CONNECTION)
        if starttls:
            yield from connection.read_reply()
            yield from connection.send_line(f"EHLO {ehlo_name or format_address_literal(connected.local_ip)}")
            yield from connection.read_reply()
            yield from connection.send_line("STARTTLS")
            if (yield from connection.read_reply()).code != 220:
                raise EndOfStreamError
        pipe = TlsPipe(unverified_context(), peer.host)
        yield from connection.start_tls(pipe)
        chain = read_unverified_chain(pipe.session)
    except (OSError, ProtocolError, EndOfStreamError, InjectedError, ValueError):
        chain = []
    yield Close(SECOND_CONNECTION)
    return chain


def find_other_port(
    peer: ProbePeer, names: tuple[str, ...], port: int, resolve: Mapping[str, str]
) -> Generator[Action, Any, int | None]:
    """Return another port of the host that accepts connections; nothing is sent there.

    `names` are the spellings of the host. Where `[probe.resolve]` has an entry for `port`, other ports are tried
    only if they have one too. Of many addresses, one of each family is tried.
    """
    first = {address.family: address for address in reversed(peer.addresses)}
    one_each = [address for address in peer.addresses if address == first[address.family]]
    is_mapped = apply_resolve_map(resolve, names, port) is not None
    candidates: dict[Address, int] = {}
    for other in SUBMISSION_PORTS:
        if other == port:
            continue
        try:
            mapped = apply_resolve_map(resolve, names, other)
        except InvalidNameError:
            continue
        if mapped is not None:
            candidates[mapped] = other
        elif not is_mapped:
            candidates |= {address._replace(port=other): other for address in one_each}
    if not candidates:
        return None
    try:
        connected: Connected = yield Connect(tuple(candidates), peer.remaining(), SECOND_CONNECTION)
        answered = candidates.get(connected.address)
    except OSError:
        answered = None
    yield Close(SECOND_CONNECTION)
    return answered
