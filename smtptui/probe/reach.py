"""From a host name to an open connection, or to what stands in the way."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NoReturn

from smtptui.model.display import printable
from smtptui.probe.actions import Action, Connect, Connected, Resolve
from smtptui.probe.async_driver import Course, DeadlineError
from smtptui.probe.deadlines import SILENCE
from smtptui.probe.failures import Ended, Finding, network_failure
from smtptui.probe.names import Address, InvalidNameError, address_family, interleaved, led_to
from smtptui.probe.stages import State
from smtptui.probe.wire import Wire


def reach(course: Course) -> Generator[Action, Any, Wire]:
    """The connection, in clear so far; the course holds it too."""
    addresses = yield from _resolve(course)
    course.start("tcp")
    try:
        connected: Connected = yield Connect(addresses, course.remaining())
    except DeadlineError:
        raise
    except OSError as error:
        yield from _closed(course, error, addresses)
    course.address, course.local_ip = connected.address, connected.local_ip
    course.addresses = (connected.address,)
    course.ok(text=f"{connected.address.ip} port {connected.address.port}")
    course.wire = Wire(0, course.transcript, course.remaining)
    return course.wire


def _resolve(course: Course) -> Generator[Action, Any, tuple[Address, ...]]:
    course.start("dns")
    try:
        led = led_to(course.options.resolve, (course.host, course.target.host), course.target.port)
    except InvalidNameError as error:
        raise Ended(Finding("input.invalid", f"{printable(course.host)}: {error}")) from None
    if led is not None:
        course.ok(text=f"led to {led.ip} port {led.port} by the resolve map")
        return (led,)
    family = address_family(course.host)
    if family is not None:
        course.ok(text="an address already")
        return (Address(family, course.host, course.target.port),)
    found: list[Address] = yield Resolve(course.host, course.target.port, course.remaining())
    addresses = interleaved(found)
    if not addresses:
        raise Ended(Finding("dns.not_found"))
    plural = "es" if len(addresses) > 1 else ""
    course.ok(text=f"{len(addresses)} address{plural}, {addresses[0].ip} first")
    return addresses


def _closed(
    course: Course, error: OSError, addresses: tuple[Address, ...]
) -> Generator[Action, Any, NoReturn]:
    """Networks often block some ports and not others, and servers listen on some; that is worth knowing."""
    silent = isinstance(error, TimeoutError)
    ended = Ended(network_failure("tcp", error))
    words = (
        "no answer in the time allowed" if silent else ended.finding.detail or course.in_words(ended).cause
    )
    course.log.end(State.FAIL, words)
    if course.options.other_ports:
        from smtptui.probe.second_look import SUBMISSION_PORTS, other_port

        what = "no answer" if silent else "no connection"
        course.transcript.add("*", f"{what}: looking whether another port of the same host answers")
        course.allow(SILENCE * course.options.timeout)
        names = (course.host, course.target.host)
        place = course.place(addresses)
        port = yield from other_port(place, names, course.target.port, course.options.resolve)
        if port is not None:
            security = SUBMISSION_PORTS[port]
            ended.more["remedy"] = (
                f"Port {port} of the same host answers: set the port to {port} and the security to "
                f"{security.upper()}, if that is the same service."
            )
            ended.more["edit"] = {"port": port, "security": security}
    raise ended
