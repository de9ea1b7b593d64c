"""Servers on loopback that misbehave by script, and record every byte they receive."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache

import trustme

from ..canary import CANARY

HOST = "smtp.example.test"
EHLO_TLS = b"250-peer\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
EHLO_AUTH = b"250-peer\r\n250 AUTH PLAIN LOGIN\r\n"
EHLO_NOTHING = b"250 peer\r\n"


@lru_cache(maxsize=1)
def authority() -> tuple[trustme.CA, ssl.SSLContext]:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(HOST, "127.0.0.1").configure_cert(context)
    return ca, context


@dataclass
class Line:
    """One connection, for a script."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: bytearray

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self) -> bytes:
        line = await self.reader.readline()
        self.heard += line
        return line

    async def hear_the_rest(self) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            while data := await self.reader.read(4096):
                self.heard += data

    async def tls(self) -> None:
        """Upgrade to TLS."""
        await self.writer.start_tls(authority()[1])


Script = Callable[[Line], Awaitable[None]]


@dataclass
class Peer:
    port: int
    heard: bytearray = field(default_factory=bytearray)
    connections: int = 0

    @property
    def heard_a_credential(self) -> bool:
        """Whether the password was sent, in clear or in the base64 of a login."""
        text = bytes(self.heard)
        if CANARY.encode() in text or b"AUTH" in text.upper():
            return True
        for word in text.split():
            with contextlib.suppress(ValueError):
                if CANARY.encode() in base64.b64decode(word, validate=True):
                    return True
        return False


@contextlib.asynccontextmanager
async def peer(script: Script, *, implicit_tls: bool = False) -> AsyncIterator[Peer]:
    """Serve the script on a port of loopback."""
    served = Peer(0)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.connections += 1
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.CancelledError):
            await script(Line(reader, writer, served.heard))
        tasks.discard(task)
        writer.transport.abort()

    context = authority()[1] if implicit_tls else None
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    served.port = int(server.sockets[0].getsockname()[1])
    try:
        yield served
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def says(*replies: bytes) -> Script:
    """Return a script that sends the greeting, then one reply after each line, and reads until the end."""

    async def script(line: Line) -> None:
        await line.say(replies[0])
        for reply in replies[1:]:
            if not await line.hear():
                return
            await line.say(reply)
        await line.hear_the_rest()

    return script


def upgrades(*replies: bytes) -> Script:
    """Return a script with greeting and STARTTLS, then the replies over TLS, one after each line."""

    async def script(line: Line) -> None:
        await line.say(b"220 peer\r\n")
        await line.hear()
        await line.say(EHLO_TLS)
        await line.hear()
        await line.say(b"220 go\r\n")
        await line.tls()
        for reply in replies:
            if not await line.hear():
                return
            if not reply:
                return
            await line.say(reply)
        await line.hear_the_rest()

    return script
