"""Resolve the host and connect, or diagnose why that fails."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NoReturn

from smtptui.model.display import printable
from smtptui.probe.actions import Action, Connect, Connected, Resolve
from smtptui.probe.connection import Connection
from smtptui.probe.context import ProbeContext, ProbeDeadlineError
from smtptui.probe.failures import ConversationEnded, FailureMatch, classify_network_error
from smtptui.probe.hosts import Address, InvalidNameError, apply_resolve_map, find_address_family, interleave
from smtptui.probe.stages import SILENCE_SHARE, StageState


def connect(course: ProbeContext) -> Generator[Action, Any, Connection]:
    """Connect, without TLS so far; the connection is kept in the context too."""
    addresses = yield from _resolve(course)
    course.start_stage("tcp")
    try:
        connected: Connected = yield Connect(addresses, course.remaining_seconds())
    except ProbeDeadlineError:
        raise
    except OSError as error:
        yield from _closed(course, error, addresses)
    course.address, course.local_ip = connected.address, connected.local_ip
    course.addresses = (connected.address,)
    course.complete_stage(text=f"{connected.address.ip} port {connected.address.port}")
    course.connection = Connection(0, course.transcript, course.remaining_seconds)
    return course.connection


def _resolve(course: ProbeContext) -> Generator[Action, Any, tuple[Address, ...]]:
    course.start_stage("dns")
    try:
        led = apply_resolve_map(course.options.resolve, (course.host, course.target.host), course.target.port)
    except InvalidNameError as error:
        raise ConversationEnded(FailureMatch("input.invalid", f"{printable(course.host)}: {error}")) from None
    if led is not None:
        course.complete_stage(text=f"sent to {led.ip} port {led.port} by [probe.resolve]")
        return (led,)
    family = find_address_family(course.host)
    if family is not None:
        course.complete_stage(text="already an address")
        return (Address(family, course.host, course.target.port),)
    found: list[Address] = yield Resolve(course.host, course.target.port, course.remaining_seconds())
    addresses = interleave(found)
    if not addresses:
        raise ConversationEnded(FailureMatch("dns.not_found"))
    plural = "es" if len(addresses) > 1 else ""
    course.complete_stage(text=f"{len(addresses)} address{plural}, {addresses[0].ip} first")
    return addresses


def _closed(
    course: ProbeContext, error: OSError, addresses: tuple[Address, ...]
) -> Generator[Action, Any, NoReturn]:
    """End the conversation; look first whether another submission port of the host accepts connections."""
    silent = isinstance(error, TimeoutError)
    ended = ConversationEnded(classify_network_error("tcp", error))
    words = "no answer in time" if silent else ended.finding.detail or course.build_verdict(ended).cause
    course.log.end(StageState.FAIL, words)
    if course.options.other_ports:
        from smtptui.probe.second_connection import SUBMISSION_PORTS, find_other_port

        what = "no answer" if silent else "no connection"
        course.transcript.add("*", f"{what}: testing whether another port of the same host answers")
        course.limit_stage(SILENCE_SHARE * course.options.timeout)
        names = (course.host, course.target.host)
        place = course.peer(addresses)
        port = yield from find_other_port(place, names, course.target.port, course.options.resolve)
        if port is not None:
            security = SUBMISSION_PORTS[port]
            ended.more["remedy"] = (
                f"Port {port} of the same host answers: set the port to {port} and the security to "
                f"{security.upper()}, if that is the same service."
            )
            ended.more["edit"] = {"port": port, "security": security}
    raise ended
