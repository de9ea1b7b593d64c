"""Looks at a server over a second connection. It never carries a credential, whatever the server says."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple

from smtptui.probe.actions import Action, Close, Connect, Connected
from smtptui.probe.lines import ProtocolError
from smtptui.probe.names import Address, InvalidNameError, led_to, literal
from smtptui.probe.tls import TlsPipe, unverified
from smtptui.probe.transcript import Transcript
from smtptui.probe.wire import TLS_RECORDS, EndOfStreamError, InjectedError, Wire

LAST_LOOK = 1
"""The number of the second connection."""

SUBMISSION_PORTS = {587: "starttls", 465: "tls", 2525: "starttls", 2465: "tls"}
"""Where mail is handed in, and the security that belongs to the port (RFC 6409, RFC 8314; 2525 and 2465 by
custom, for networks that block the others)."""


class Place(NamedTuple):
    """`host` is the name for TLS, `remaining` the seconds left, raising TimeoutError at the end."""

    host: str
    addresses: tuple[Address, ...]
    remaining: Callable[[], float]


def speaks_tls(place: Place) -> Generator[Action, Any, bool]:
    """A TLS hello and nothing else: does anything like TLS come back?"""
    wire = Wire(LAST_LOOK, Transcript(kept=False), place.remaining)
    try:
        yield Connect(place.addresses, place.remaining(), LAST_LOOK)
        yield from wire.start_tls(TlsPipe(unverified(), place.host))
        found = True
    except (OSError, EndOfStreamError, ValueError):
        # A handshake that goes wrong half-way still shows what is spoken there.
        found = wire.first_bytes[:2] in TLS_RECORDS
    yield Close(LAST_LOOK)
    return found


def refused_certificates(
    place: Place, *, starttls: bool, ehlo_name: str | None
) -> Generator[Action, Any, list[bytes]]:
    """The certificates (DER, leaf first) of a server that was refused; empty when they do not come again."""
    from smtptui.probe.certificate import unverified_chain

    wire = Wire(LAST_LOOK, Transcript(kept=False), place.remaining)
    try:
        connected: Connected = yield Connect(place.addresses, place.remaining(), LAST_LOOK)
        if starttls:
            yield from wire.reply()
            yield from wire.send(f"EHLO {ehlo_name or literal(connected.local_ip)}")
            yield from wire.reply()
            yield from wire.send("STARTTLS")
            if (yield from wire.reply()).code != 220:
                raise EndOfStreamError
        pipe = TlsPipe(unverified(), place.host)
        yield from wire.start_tls(pipe)
        chain = unverified_chain(pipe.session)
    except (OSError, ProtocolError, EndOfStreamError, InjectedError, ValueError):
        chain = []
    yield Close(LAST_LOOK)
    return chain


def other_port(
    place: Place, names: tuple[str, ...], port: int, resolve: Mapping[str, str]
) -> Generator[Action, Any, int | None]:
    """Another port of the host that accepts connections, where `port` does not; nothing is said there.

    `names`: the spellings of the host. A host that the resolve map led away is looked at only where the map
    leads its other ports. Of a host with many addresses one of each family is looked at.
    """
    first = {address.family: address for address in reversed(place.addresses)}
    one_each = [address for address in place.addresses if address == first[address.family]]
    led_away = led_to(resolve, names, port) is not None
    candidates: dict[Address, int] = {}
    for other in SUBMISSION_PORTS:
        if other == port:
            continue
        try:
            led = led_to(resolve, names, other)
        except InvalidNameError:
            continue
        if led is not None:
            candidates[led] = other
        elif not led_away:
            candidates |= {address._replace(port=other): other for address in one_each}
    if not candidates:
        return None
    try:
        connected: Connected = yield Connect(tuple(candidates), place.remaining(), LAST_LOOK)
        answered = candidates.get(connected.address)
    except OSError:
        answered = None
    yield Close(LAST_LOOK)
    return answered
