"""Three real SMTP servers on 127.0.0.1: STARTTLS with AUTH, implicit TLS with AUTH, and an IP relay without."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from .logins import Logins
from .resolve_map import ResolveMap

HOSTNAME = "smtp.sandbox.localhost"
KEPT_MESSAGES = 1000
_SNI = "smtptui_server_name"


@dataclass
class Mailbox:
    """The messages that were accepted, oldest first; nothing is ever sent on."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        content = envelope.content
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
        self.messages.append({"from": envelope.mail_from, "to": list(envelope.rcpt_tos), "content": text})
        del self.messages[:-KEPT_MESSAGES]
        return "250 2.0.0 OK"


class Relay(Mailbox):
    """The relay's face: the same mailbox, no AUTH in its EHLO."""

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in responses if not line[4:].startswith("AUTH")]


class Certificates:
    """A CA made at start, and a certificate for every host of the resolve map, made when it is first asked for."""

    def __init__(self, resolve: ResolveMap) -> None:
        self.ca = trustme.CA(organization_name="smtptui sandbox")
        self._resolve = resolve
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.server = self._context(HOSTNAME, "localhost", "127.0.0.1")
        self.server.sni_callback = self._choose

    def pem(self) -> bytes:
        return self.ca.cert_pem.bytes()

    def trust(self, context: ssl.SSLContext) -> None:
        self.ca.configure_trust(context)

    def _context(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.ca.issue_cert(*names).configure_cert(context)
        return context

    def _choose(self, connection: Any, name: str | None, _: ssl.SSLContext) -> None:
        if name is None:
            return
        setattr(connection, _SNI, name)
        if name.lower() in self._resolve.hosts():
            if name not in self._contexts:
                self._contexts[name] = self._context(name)
            connection.context = self._contexts[name]


class SmtpServers:
    """The servers, on the running event loop; ``ports`` has the keys ``starttls``, ``tls`` and ``relay``."""

    def __init__(self, logins: Logins, certificates: Certificates) -> None:
        self.logins = logins
        self.certificates = certificates
        self.mailbox = Mailbox()
        self.ports: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []

    async def start(self) -> None:
        relay = Relay(self.mailbox.messages)
        tls = self.certificates.server
        await self._listen("starttls", lambda: self._smtp(self.mailbox, tls_context=tls, auth_required=True))
        await self._listen(
            "tls",
            # Over implicit TLS aiosmtpd cannot tell that the line is safe already.
            lambda: self._smtp(self.mailbox, auth_required=True, auth_require_tls=False),
            tls,
        )
        await self._listen(
            "relay", lambda: self._smtp(relay, tls_context=tls, auth_exclude_mechanism=["PLAIN", "LOGIN"])
        )

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()

    async def _listen(
        self, name: str, protocol: Callable[[], SMTP], tls: ssl.SSLContext | None = None
    ) -> None:
        server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
        self._servers.append(server)
        self.ports[name] = server.sockets[0].getsockname()[1]

    def _smtp(self, handler: Mailbox, **options: Any) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return SMTP(
                handler,
                hostname=HOSTNAME,
                ident="sandbox",
                enable_SMTPUTF8=True,
                authenticator=self._authenticate,
                loop=asyncio.get_running_loop(),
                **options,
            )

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        connection = server.transport.get_extra_info("ssl_object")
        host = getattr(connection, _SNI, None)
        login = data.login.decode("utf-8", "replace")
        password = data.password.decode("utf-8", "replace")
        return AuthResult(success=self.logins.accepts(login, password, host), handled=False)
