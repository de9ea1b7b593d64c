"""The live test behind every "verify": a real SMTP conversation with the real password, on loopback only."""

from __future__ import annotations

import asyncio
import base64
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from .resolve_map import ResolveMap

Security = Literal["tls", "starttls", "none"]

TIMEOUT = 5.0


def security_by_port(port: int) -> Security:
    """465 is implicit TLS (RFC 8314), everything else STARTTLS: the rule of providers without a field for it."""
    return "tls" if port == 465 else "starttls"


@dataclass(frozen=True)
class Login:
    """What one live test needs; no username is a relay that is used without AUTH."""

    host: str | None
    port: int
    security: Security
    username: str | None
    password: str | None


@dataclass(frozen=True)
class Outcome:
    success: bool
    message: str
    latency_ms: int


def _connect_to(address: tuple[str, int]) -> Callable[..., socket.socket]:
    def get_socket(_host: str, _port: int, timeout: float) -> socket.socket:
        return socket.create_connection(address, timeout)

    return get_socket


class SmtpCheck:
    """Opens connections through the resolve map, trusting the sandbox's own CA and nothing else."""

    def __init__(self, resolve: ResolveMap) -> None:
        self.resolve = resolve
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    async def login(self, login: Login) -> Outcome:
        """Log in and leave. Success only on 235 (RFC 4954), or on a greeting where no AUTH is wanted."""
        return await self._attempt(login, None)

    async def send(self, login: Login, message: EmailMessage) -> Outcome:
        """Log in and send one message."""
        return await self._attempt(login, message)

    async def _attempt(self, login: Login, message: EmailMessage | None) -> Outcome:
        address = self.resolve.find(login.host, login.port) if login.host else None
        if address is None:
            return Outcome(False, f"could not resolve {login.host}:{login.port}", 0)
        started = time.monotonic()
        try:
            text = await asyncio.to_thread(self._converse, login, address, message)
            success = True
        except (OSError, ValueError, smtplib.SMTPException) as error:
            text, success = _format_error(error), False
        return Outcome(success, text, round((time.monotonic() - started) * 1000))

    def _converse(self, login: Login, address: tuple[str, int], message: EmailMessage | None) -> str:
        smtp = self._open(login, address)
        try:
            smtp.ehlo()
            if login.security == "starttls":
                smtp.starttls(context=self.tls)
                smtp.ehlo()
            text = "connected"
            if login.username is not None:
                code, reply = self._authenticate(smtp, login.username, login.password or "")
                text = f"{code} {reply.decode('utf-8', 'replace')}"
            if message is not None:
                smtp.send_message(message)
            smtp.quit()
            return text
        finally:
            smtp.close()

    def _open(self, login: Login, address: tuple[str, int]) -> smtplib.SMTP:
        host = login.host or ""

        class Plain(smtplib.SMTP):
            _get_socket = staticmethod(_connect_to(address))

        class Wrapped(smtplib.SMTP):
            def _get_socket(self, _host: str, _port: int, timeout: float) -> socket.socket:
                raw = socket.create_connection(address, timeout)
                return tls.wrap_socket(raw, server_hostname=host)

        tls = self.tls
        kind = Wrapped if login.security == "tls" else Plain
        return kind(host, login.port, local_hostname="sandbox.localhost", timeout=TIMEOUT)

    @staticmethod
    def _authenticate(smtp: smtplib.SMTP, username: str, password: str) -> tuple[int, bytes]:
        if not smtp.has_extn("auth"):
            raise smtplib.SMTPNotSupportedError("AUTH is not offered by this server")
        # RFC 4616 says UTF-8; smtplib's own AUTH PLAIN refuses anything but ASCII.
        message = base64.b64encode(f"\0{username}\0{password}".encode()).decode("ascii")
        code, reply = smtp.docmd("AUTH", f"PLAIN {message}")
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, reply)
        return code, reply


def _format_error(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
