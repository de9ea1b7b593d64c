"""Digitanium: REST and JSON, one record per tenant that can be written but not read. Source: the provider's
documented rules. Both variants answer beneath one base URL."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any

from .accounts import DigitaniumTenant
from .exchange import Answer, IncomingCall, Kind, Label
from .oauth import client_of, token_answer
from .records import Record
from .smtp_check import Login, Security, SmtpCheck

SUBSYSTEM = 8
FIELDS = (
    "host",
    "from",
    "port",
    "starttls",
    "ssl",
    "user",
    "password",
    "fromDisplayName",
    "replyTo",
    "replyToDisplayName",
    "envelopeFrom",
)
FLAGS = ("starttls", "ssl")
DEFAULT_PORT = "25"
OPERATIONS: tuple[tuple[str, str, Kind], ...] = (
    (r"/digitanium/v4/mail/config", "configure", "write"),
    (r"/auth/realms/(?P<tenant>[^/]+)/mail/setup", "configure", "write"),
    (r"/digitanium/v4/mail/test", "test", "write"),
    (r"/auth/realms/(?P<tenant>[^/]+)/mail/test", "test", "write"),
    (r"/auth/realms/(?P<tenant>[^/]+)/protocol/openid-connect/token", "token", "auth"),
)
WORDS = {
    400: "BAD_REQUEST",
    401: "Unauthorized",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    429: "TOO_MANY_REQUESTS",
}


class Malformed(Exception):
    """A body that cannot be stored; its text is the answer's message."""


class Digitanium:
    prefix = "/idp"

    def __init__(self, tenants: list[DigitaniumTenant], check: SmtpCheck) -> None:
        self.tenants = tenants
        self.check = check

    @staticmethod
    def _route(call: IncomingCall) -> tuple[str, Kind, str | None] | None:
        for pattern, operation, kind in OPERATIONS:
            found = re.fullmatch(pattern, call.path)
            if found:
                return operation, kind, found.groupdict().get("tenant")
        return None

    def _tenant(self, call: IncomingCall) -> DigitaniumTenant | None:
        client_id, _ = client_of(call)
        for tenant in self.tenants:
            if tenant.tokens.good(call.bearer) or tenant.tokens.client_id == client_id:
                return tenant
        return None

    def label(self, call: IncomingCall) -> Label:
        tenant = self._tenant(call) or (self.tenants[0] if len(self.tenants) == 1 else None)
        operation, kind, _ = self._route(call) or (
            "unknown",
            "read" if call.method == "GET" else "write",
            None,
        )
        return Label(tenant.name if tenant else None, operation, kind)

    async def answer(self, call: IncomingCall, label: Label) -> Answer:
        route = self._route(call)
        known = route and (route[2] is None or any(t.tenant_id == route[2] for t in self.tenants))
        if route is None or not known:
            return _status(404, "NOT_FOUND", "HTTP 404 Not Found")
        if route[0] == "token":
            tenant = next(t for t in self.tenants if t.tenant_id == route[2])
            return token_answer(call, tenant.tokens)
        if call.method != "POST":
            return _status(405, "METHOD_NOT_ALLOWED", "HTTP 405 Method Not Allowed")
        signed_in = next((t for t in self.tenants if t.tokens.good(call.bearer)), None)
        if signed_in is None or route[2] not in (None, signed_in.tenant_id):
            return _status(401, "Unauthorized", "Unauthorized")
        if not isinstance(call.body, dict):
            return _status(400, "BAD_REQUEST", "The body must be a JSON object")
        if route[0] == "configure":
            return self._configure(signed_in, call.body)
        return await self._test(signed_in, call.body)

    @staticmethod
    def _configure(tenant: DigitaniumTenant, body: dict[str, Any]) -> Answer:
        try:
            tenant.record = parse_record(body)
        except Malformed as error:
            return _status(400, "BAD_REQUEST", str(error))
        return _status(200, "OK", "Successfully updated SMTP Details")

    async def _test(self, tenant: DigitaniumTenant, body: dict[str, Any]) -> Answer:
        if body.get("mailType") != "TEST":
            return _status(400, "BAD_REQUEST", "mailType must be TEST")
        if tenant.user_email is None:
            return _status(404, "USER_NOT_FOUND", "User not found")
        if tenant.record is None:
            return _status(400, "BAD_REQUEST", "SMTP is not configured")
        outcome = await self.check.send(
            make_login(tenant.record), make_test_mail(tenant.record, tenant.user_email)
        )
        if not outcome.success:
            return _status(500, "INTERNAL_SERVER_ERROR", f"Failed to send email: {outcome.message}")
        return _status(200, "OK", "Mail Sent Successfully to the user")

    def refusal(self, status: int, code: str | None, message: str | None) -> Answer:
        word = code or WORDS.get(status, "INTERNAL_SERVER_ERROR")
        return _status(status, word, message or word)

    def graphql_error(self, label: Label, code: str, message: str | None) -> dict[str, Any]:
        return {"message": message or code, "extensions": {"code": code}}


def parse_record(body: dict[str, Any]) -> Record:
    """The record that a configure body makes, every value a string as in the documented sample; the table's
    booleans and whole numbers are taken too. Raises Malformed."""
    if not body.get("host") or not body.get("from"):
        raise Malformed("Host and From is mandatory")
    record: Record = {}
    for name, value in body.items():
        if name not in FIELDS:
            raise Malformed(f"Unrecognized field {name}")
        if value is None:
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str | bool | int) or (isinstance(value, bool) and name not in FLAGS):
            raise Malformed(f"{name} must be a string")
        if name in FLAGS and text not in ("true", "false"):
            raise Malformed(f"{name} must be true or false")
        if name == "port" and not (text.isdigit() and 1 <= int(text) <= 65535):
            raise Malformed("port must be from 1 to 65535")
        record[name] = text
    return record


def make_login(record: Record) -> Login:
    security: Security = "none"
    if record.get("ssl") == "true":
        security = "tls"
    elif record.get("starttls") == "true":
        security = "starttls"
    port = int(record.get("port") or DEFAULT_PORT)
    return Login(record["host"], port, security, record.get("user") or None, record.get("password"))


def make_test_mail(record: Record, to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((record.get("fromDisplayName", ""), record["from"]))
    message["To"] = to
    message["Subject"] = "Test mail"
    if record.get("replyTo"):
        message["Reply-To"] = formataddr((record.get("replyToDisplayName", ""), record["replyTo"]))
    message.set_content("This is a test mail.")
    return message


def _status(status: int, word: str, message: str) -> Answer:
    return Answer(status, {"message": message, "status": word, "subSystem": SUBSYSTEM})
