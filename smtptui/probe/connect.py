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


def connect(context: ProbeContext) -> Generator[Action, Any, Connection]:
    """Connect, without TLS so far; the connection is kept in the context too."""
    addresses = yield from _resolve(context)
    context.start_stage("tcp")
    try:
        connected: Connected = yield Connect(addresses, context.remaining_seconds())
    except ProbeDeadlineError:
        raise
    except OSError as error:
        yield from _diagnose(context, error, addresses)
    context.address, context.local_ip = connected.address, connected.local_ip
    context.addresses = (connected.address,)
    context.complete_stage(text=f"{connected.address.ip} port {connected.address.port}")
    context.connection = Connection(0, context.transcript, context.remaining_seconds)
    return context.connection


def _resolve(context: ProbeContext) -> Generator[Action, Any, tuple[Address, ...]]:
    context.start_stage("dns")
    try:
        mapped = apply_resolve_map(
            context.options.resolve, (context.host, context.target.host), context.target.port
        )
    except InvalidNameError as error:
        raise ConversationEnded(
            FailureMatch("input.invalid", f"{printable(context.host)}: {error}")
        ) from None
    if mapped is not None:
        context.complete_stage(text=f"sent to {mapped.ip} port {mapped.port} by [probe.resolve]")
        return (mapped,)
    family = find_address_family(context.host)
    if family is not None:
        context.complete_stage(text="already an address")
        return (Address(family, context.host, context.target.port),)
    found: list[Address] = yield Resolve(context.host, context.target.port, context.remaining_seconds())
    addresses = interleave(found)
    if not addresses:
        raise ConversationEnded(FailureMatch("dns.not_found"))
    plural = "es" if len(addresses) > 1 else ""
    context.complete_stage(text=f"{len(addresses)} address{plural}, {addresses[0].ip} first")
    return addresses


def _diagnose(
    context: ProbeContext, error: OSError, addresses: tuple[Address, ...]
) -> Generator[Action, Any, NoReturn]:
    """End the conversation; look first whether another submission port of the host accepts connections."""
    silent = isinstance(error, TimeoutError)
    ended = ConversationEnded(classify_network_error("tcp", error))
    text = "no answer in time" if silent else ended.match.detail or context.build_verdict(ended).cause
    context.log.end(StageState.FAIL, text)
    if context.options.other_ports:
        from smtptui.probe.second_connection import SUBMISSION_PORTS, find_other_port

        what = "no answer" if silent else "no connection"
        context.transcript.add("*", f"{what}: testing whether another port of the same host answers")
        context.limit_stage(SILENCE_SHARE * context.options.timeout)
        names = (context.host, context.target.host)
        peer = context.peer(addresses)
        port = yield from find_other_port(peer, names, context.target.port, context.options.resolve)
        if port is not None:
            security = SUBMISSION_PORTS[port]
            ended.more["remedy"] = (
                f"Port {port} of the same host answers: set the port to {port} and the security to "
                f"{security.upper()}, if that is the same service."
            )
            ended.more["edit"] = {"port": port, "security": security}
    raise ended
