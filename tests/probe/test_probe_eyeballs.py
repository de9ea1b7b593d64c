"""Both drivers alternate address families and keep the first connection (RFC 8305)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from smtptui.probe import async_driver as session
from smtptui.probe import blocking_driver as blocking
from smtptui.probe.hosts import Address

from .real_postfix import free_ports

FOUR = int(socket.AF_INET)


@pytest.fixture
def listening() -> Iterator[Address]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Address(FOUR, "127.0.0.1", int(server.getsockname()[1]))


@pytest.fixture
def deaf() -> Iterator[Address]:
    """A port whose queue is full: connections to it neither succeed nor fail."""
    waiting: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = int(server.getsockname()[1])
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
            waiting.append(sock)
        yield Address(FOUR, "127.0.0.1", port)
        for sock in waiting:
            sock.close()


async def connect(driver: str, *addresses: Address, limit: float = 60.0) -> Address:
    if driver == "blocking":
        sock, address = await asyncio.to_thread(blocking._connect, addresses, limit)
    else:
        async with asyncio.timeout(limit):
            sock, address = await session._connect(addresses)
    sock.close()
    return address


@pytest.mark.parametrize("driver", ["blocking", "asyncio"])
async def test_an_address_that_never_answers_does_not_stop_the_next(
    driver: str, listening: Address, deaf: Address
) -> None:
    assert await connect(driver, deaf, listening) == listening


@pytest.mark.parametrize("driver", ["blocking", "asyncio"])
async def test_after_a_refusal_the_next_address_is_tried_at_once(driver: str, listening: Address) -> None:
    nobody = Address(FOUR, "127.0.0.1", free_ports(1)[0])
    assert await connect(driver, nobody, listening) == listening


@pytest.mark.parametrize("driver", ["blocking", "asyncio"])
async def test_when_all_addresses_refuse_the_refusal_is_raised(driver: str) -> None:
    ports = free_ports(2)
    with pytest.raises(ConnectionRefusedError):
        await connect(driver, *(Address(FOUR, "127.0.0.1", port) for port in ports))


@pytest.mark.parametrize("driver", ["blocking", "asyncio"])
@pytest.mark.parametrize("no_way_first", [True, False])
async def test_a_family_without_a_route_does_not_hide_the_refusal_of_the_other(
    driver: str, no_way_first: bool
) -> None:
    """A name with both families, on a machine that has one: the host refused, and that is what counts."""
    nobody = Address(FOUR, "127.0.0.1", free_ports(1)[0])
    # a link-local address without a link, or no IPv6 at all: the system knows no way to it
    no_way = Address(int(socket.AF_INET6), "fe80::1", 587)
    with pytest.raises(ConnectionRefusedError):
        await connect(driver, *((no_way, nobody) if no_way_first else (nobody, no_way)))


@pytest.mark.parametrize("driver", ["blocking", "asyncio"])
async def test_a_deadline_limits_all_addresses_together(driver: str, deaf: Address) -> None:
    with pytest.raises(TimeoutError):
        await connect(driver, deaf, deaf._replace(ip="127.0.0.1"), limit=0.4)
