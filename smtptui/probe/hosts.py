"""Validate and encode host names and addresses before any DNS query."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from typing import NamedTuple

from smtptui.config.endpoints import format_endpoint, parse_endpoint

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_SPACE_OR_CONTROL = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff]")


class InvalidNameError(ValueError):
    """The text is not a host name; the message says why and repeats nothing of it."""


class Address(NamedTuple):
    """An address to connect to."""

    family: int
    ip: str
    port: int


def encode_host(host: str) -> str:
    """Return the name in A-labels (IDNA 2008, RFC 5891), or an address without brackets. Raise InvalidNameError."""
    if _SPACE_OR_CONTROL.search(host):
        raise InvalidNameError("it contains a space or a control character")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not bare:
        raise InvalidNameError("it is empty")
    if find_address_family(bare) is not None:
        return bare
    name = bare.rstrip(".")
    if not name.isascii():
        name = _a_labels(name)
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        raise InvalidNameError("it is neither a host name (RFC 1123) nor an IP address")
    if labels[-1].isdigit():
        raise InvalidNameError("it looks like an incomplete IPv4 address")
    return name.lower()


def _a_labels(name: str) -> str:
    import idna

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise InvalidNameError("it is not an internationalised host name (IDNA 2008)") from None


def find_address_family(text: str) -> int | None:
    """Return the family of an IP address; None when the text is not one."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text)
        except (OSError, ValueError):
            continue
        return int(family)
    return None


def apply_resolve_map(resolve: Mapping[str, str], hosts: tuple[str, ...], port: int) -> Address | None:
    """Return the address `[probe.resolve]` has for one of the spellings. Raise InvalidNameError for an invalid one."""
    spellings = (format_endpoint(host.strip("[]").lower(), port) for host in hosts)
    wanted = next((resolve[spelling] for spelling in spellings if spelling in resolve), None)
    if wanted is None:
        return None
    target = parse_endpoint(wanted)
    family = find_address_family(target[0]) if target else None
    if target is None or family is None:
        raise InvalidNameError("its entry in [probe.resolve] is not an address and a port")
    return Address(family, *target)


def interleave(addresses: list[Address]) -> tuple[Address, ...]:
    """Alternate the address families, the resolver's first choice first (RFC 8305 section 4); drop duplicates."""
    unique = list(dict.fromkeys(addresses))
    if not unique:
        return ()
    first = [a for a in unique if a.family == unique[0].family]
    other = [a for a in unique if a.family != unique[0].family]
    mixed: list[Address] = []
    for n in range(max(len(first), len(other))):
        mixed += first[n : n + 1] + other[n : n + 1]
    return tuple(mixed)


def format_address_literal(ip: str) -> str:
    """Write an address literal for EHLO (RFC 5321 section 4.1.3)."""
    return f"[IPv6:{ip.partition('%')[0]}]" if ":" in ip else f"[{ip}]"
