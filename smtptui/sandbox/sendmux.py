"""Sendmux: REST and JSON. Source: the provider's documented rules and its published client."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import math
import secrets
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .accounts import SendmuxTeam
from .clock import Clock, stamp
from .exchange import Answer, IncomingCall, Kind, Label
from .records import Record
from .sendmux_fields import QUOTAS, REQUIRED, STATUSES, TYPES, WRITABLE, find_problems, merge_quotas
from .smtp_check import Login, Security, SmtpCheck, security_by_port

ROOT = "/api/v1/providers"
RATE_LIMIT = 600
RATE_WINDOW = 60.0
IDEMPOTENCY_HOURS = 24
MAX_BODY = 1_000_000
OPERATIONS: dict[tuple[str, str], tuple[str, Kind, str]] = {
    # (method, what follows the id) → operation, kind, permission
    ("GET", "list"): ("list", "read", "provider.read"),
    ("POST", "list"): ("create", "write", "provider.create"),
    ("GET", ""): ("get", "read", "provider.read"),
    ("PATCH", ""): ("update", "write", "provider.update"),
    ("DELETE", ""): ("delete", "write", "provider.delete"),
    ("POST", "activate"): ("activate", "write", "provider.update"),
    ("POST", "deactivate"): ("deactivate", "write", "provider.update"),
    ("POST", "test"): ("test", "write", "provider.update"),
}
REPEATABLE = ("create", "activate", "deactivate", "test")
ERRORS = {
    # code → HTTP status, retryable
    "invalid_parameter": (400, False),
    "missing_parameter": (400, False),
    "authentication_required": (401, False),
    "insufficient_permissions": (403, False),
    "not_found": (404, False),
    "conflict": (409, False),
    "idempotency_conflict": (409, False),
    "payload_too_large": (413, False),
    "validation_error": (422, False),
    "limit_exceeded": (402, False),
    "rate_limit_exceeded": (429, True),
    "internal_error": (500, True),
    "service_unavailable": (503, True),
}
STATUS_CODES = {400: "invalid_parameter", 409: "conflict"} | {
    status: code for code, (status, _) in ERRORS.items() if status not in (400, 409)
}


class Refused(Exception):
    """An error envelope on its way out."""

    def __init__(self, code: str, message: str, param: str | None = None, errors: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.param, self.errors = code, message, param, errors


@dataclass
class Replay:
    """The first use of an ``Idempotency-Key``: what was asked, until when it counts, what was answered."""

    digest: str
    until: datetime
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answer: Answer | None = None


def new_record(now: str, fields: dict[str, Any], id: str | None = None) -> Record:
    record: Record = {
        "id": id or "dprov_" + secrets.token_hex(12),
        "name": fields.get("name"),
        "type": fields.get("type", "smtp"),
        "status": fields.get("status", "active"),
        "status_reason": fields.get("status_reason"),
        "is_active": fields.get("is_active", True),
        "is_shared": fields.get("is_shared", False),
        "smtp_host": fields.get("smtp_host"),
        "smtp_port": fields.get("smtp_port"),
        "smtp_protocol": fields.get("smtp_protocol"),
        "smtp_username": fields.get("smtp_username"),
        "smtp_password": fields.get("smtp_password"),
        "oauth_email": fields.get("oauth_email"),
        "has_refresh_token": fields.get("has_refresh_token", False),
        "quotas": merge_quotas(dict.fromkeys(QUOTAS), fields.get("quotas") or {}),
        "percentage": fields.get("percentage", 100),
        "variables": dict(fields.get("variables") or {}),
        "created_at": fields.get("created_at", now),
        "updated_at": fields.get("updated_at", now),
        "last_tested_at": fields.get("last_tested_at"),
        "last_used_at": fields.get("last_used_at"),
    }
    optional = ("from_email", "from_name", "reply_to_email", "reply_to_name", "tracking_domain")
    return {**record, **{name: fields.get(name) for name in optional}}


def is_editable(record: Record) -> bool:
    return record["type"] == "smtp" and not record["is_shared"]


def to_wire(record: Record, *, detail: bool) -> Record:
    """As answered: never the password; ``variables`` in the detail response only."""
    hidden = ("smtp_password",) if detail else ("smtp_password", "variables")
    mine = is_editable(record)
    return {
        **{name: value for name, value in record.items() if name not in hidden},
        "has_smtp_password": bool(record["smtp_password"]),
        "is_editable": mine,
        "allowed_actions": {
            "update": mine,
            "delete": mine,
            "activate": not record["is_shared"] and not record["is_active"],
            "deactivate": not record["is_shared"] and record["is_active"],
            "test": record["type"] == "smtp",
            "update_variables": mine,
        },
    }


class Sendmux:
    """``rate_time_scale`` stretches the rate limit's window of 60 s (0.01: 0.6 s)."""

    prefix = "/sendmux"

    def __init__(
        self, teams: list[SendmuxTeam], check: SmtpCheck, clock: Clock, rate_time_scale: float = 1.0
    ) -> None:
        self.teams = teams
        self.check = check
        self.clock = clock
        self.window = RATE_WINDOW * rate_time_scale

    def _team(self, call: IncomingCall) -> SendmuxTeam | None:
        return next((t for t in self.teams if t.api_key == call.bearer), None)

    @staticmethod
    def _route(call: IncomingCall) -> tuple[tuple[str, Kind, str] | None, str | None]:
        """The operation and the id that a path speaks of."""
        if call.path == ROOT:
            return OPERATIONS.get((call.method, "list")), None
        id, _, action = call.path.removeprefix(ROOT + "/").partition("/")
        if not call.path.startswith(ROOT + "/") or not id:
            return None, None
        return OPERATIONS.get((call.method, action)), id

    def label(self, call: IncomingCall) -> Label:
        team = self._team(call) or (self.teams[0] if len(self.teams) == 1 else None)
        route, _ = self._route(call)
        operation, kind, _ = route or ("unknown", "read" if call.method == "GET" else "write", "")
        return Label(team.name if team else None, operation, kind)

    async def answer(self, call: IncomingCall, label: Label) -> Answer:
        team = self._team(call)
        headers = self._count(team) if team else {}
        try:
            if team is None:
                raise self._unknown_key(call)
            if headers.pop("over", None):
                raise Refused("rate_limit_exceeded", "Too many requests")
            answer = await self._dispatch(team, call)
        except Refused as refused:
            answer = self._error(refused)
            headers = headers if refused.code == "rate_limit_exceeded" else _without_retry(headers)
        else:
            headers = _without_retry(headers)
        return self._add_request_id(Answer(answer.status, answer.body, {**answer.headers, **headers}))

    @staticmethod
    def _unknown_key(call: IncomingCall) -> Refused:
        if (call.bearer or "").startswith("smx_mbx_"):
            return Refused("insufficient_permissions", "Mailbox keys cannot use the Management API")
        return Refused("authentication_required", "A valid API key is required")

    def _count(self, team: SendmuxTeam) -> dict[str, str]:
        """Count this request against the team's sliding window; ``over`` is set when it is one too many."""
        now = time.monotonic()
        while team.window and team.window[0] <= now - self.window:
            team.window.popleft()
        over = len(team.window) >= RATE_LIMIT
        if not over:
            team.window.append(now)
        wait = max(0.0, team.window[0] + self.window - now)
        headers = {
            "X-RateLimit-Limit": str(RATE_LIMIT),
            "X-RateLimit-Remaining": str(RATE_LIMIT - len(team.window)),
            "X-RateLimit-Reset": str(math.ceil(time.time() + wait)),
            "Retry-After": str(max(1, math.ceil(wait))),
        }
        return {**headers, "over": "yes"} if over else headers

    async def _dispatch(self, team: SendmuxTeam, call: IncomingCall) -> Answer:
        route, id = self._route(call)
        if route is None:
            raise Refused("not_found", "No such resource")
        operation, kind, permission = route
        if permission not in team.permissions or (team.role == "root:readonly" and kind != "read"):
            raise Refused("insufficient_permissions", f"This key lacks {permission}")
        if len(call.raw) > MAX_BODY:
            raise Refused("payload_too_large", "The request body is too large")
        key = call.headers.get("idempotency-key")
        if key is None or operation not in REPEATABLE:
            return await self._perform(team, operation, id, call)
        return await self._once(team, key, operation, id, call)

    async def _once(
        self, team: SendmuxTeam, key: str, operation: str, id: str | None, call: IncomingCall
    ) -> Answer:
        if not 1 <= len(key) <= 255:
            raise Refused("invalid_parameter", "Idempotency-Key has 1 to 255 characters", "Idempotency-Key")
        asked = json.dumps([call.method, call.path, call.body], sort_keys=True)
        digest = hashlib.sha256(asked.encode()).hexdigest()
        replay = team.idempotency.get(key)
        if replay is None or replay.until <= self.clock():
            until = self.clock() + timedelta(hours=IDEMPOTENCY_HOURS)
            replay = team.idempotency[key] = Replay(digest, until)
        if replay.digest != digest:
            raise Refused("idempotency_conflict", "This Idempotency-Key was used with another request")
        async with replay.lock:
            if replay.answer is None:
                replay.answer = await self._perform(team, operation, id, call)
        return replay.answer

    async def _perform(self, team: SendmuxTeam, operation: str, id: str | None, call: IncomingCall) -> Answer:
        if operation == "list":
            return self._list(team, call)
        if operation == "create":
            return self._create(team, call)
        record = team.records.get(id or "")
        if record is None:
            raise Refused("not_found", "Provider not found")
        if operation == "get":
            return self._get(team, record, call)
        if operation == "update":
            return self._update(team, record, call)
        if operation == "delete":
            return self._delete(team, record, call)
        if operation == "test":
            return await self._test(team, record)
        return self._switch(team, record, operation == "activate")

    def _list(self, team: SendmuxTeam, call: IncomingCall) -> Answer:
        limit = call.query.get("limit", "50")
        if not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise Refused("invalid_parameter", "limit must be from 1 to 100", "limit")
        for name, known in (("status", STATUSES), ("type", TYPES)):
            if call.query.get(name) not in (None, *known):
                raise Refused("invalid_parameter", f"{name} must be one of {', '.join(known)}", name)
        wanted = {name: call.query[name] for name in ("status", "type") if name in call.query}
        rows: list[Record] = []
        last = number = _cursor_number(call.query.get("cursor"))
        more = False
        for number, record in team.records.after(last):
            if all(record[name] == value for name, value in wanted.items()):
                more = len(rows) == int(limit)
                if more:
                    break
                rows.append(to_wire(record, detail=False))
                last = number
        cursor = _cursor(last) if more else None
        return Answer(
            200, {"ok": True, "data": rows, "pagination": {"has_more": more, "next_cursor": cursor}}
        )

    def _create(self, team: SendmuxTeam, call: IncomingCall) -> Answer:
        body = self._fields(call, (*WRITABLE, "type"))
        for name in REQUIRED:
            if name not in body:
                raise Refused("missing_parameter", f"{name} is required", name)
        if body.get("type", "smtp") != "smtp":
            raise Refused("invalid_parameter", "only providers of type smtp can be created here", "type")
        record = team.records.add(new_record(stamp(self.clock()), body))
        return self._detail(team, record, 201)

    def _get(self, team: SendmuxTeam, record: Record, call: IncomingCall) -> Answer:
        tag = self._etag(team, record)
        if tag in call.headers.get("if-none-match", ""):
            return Answer(304, None, {"ETag": tag})
        return self._detail(team, record)

    def _update(self, team: SendmuxTeam, record: Record, call: IncomingCall) -> Answer:
        self._may_change(team, record, call)
        body = self._fields(call, WRITABLE)
        if "quotas" in body:
            body["quotas"] = merge_quotas(record["quotas"], body["quotas"])
        record.update(body)
        self._touch(team, record)
        return self._detail(team, record)

    def _delete(self, team: SendmuxTeam, record: Record, call: IncomingCall) -> Answer:
        self._may_change(team, record, call)
        team.records.remove(record["id"])
        return Answer(200, {"ok": True, "data": {"id": record["id"], "deleted": True}})

    def _switch(self, team: SendmuxTeam, record: Record, active: bool) -> Answer:
        if record["is_shared"]:
            raise Refused("insufficient_permissions", "The shared provider cannot be changed")
        record["is_active"] = active
        record["status"] = "active" if active else "inactive"
        record["status_reason"] = None
        self._touch(team, record)
        return self._detail(team, record)

    async def _test(self, team: SendmuxTeam, record: Record) -> Answer:
        if record["type"] != "smtp":
            raise Refused("invalid_parameter", "Only providers of type smtp can be tested")
        outcome = await self.check.login(
            Login(
                record["smtp_host"],
                record["smtp_port"],
                _security(record),
                record["smtp_username"],
                record["smtp_password"],
            )
        )
        tested_at = stamp(self.clock())
        record["last_tested_at"] = tested_at
        if outcome.success:
            record["status"] = "active" if record["is_active"] else "inactive"
        else:
            record["status"] = "error"
        record["status_reason"] = None if outcome.success else outcome.message
        self._touch(team, record)
        data = {
            "success": outcome.success,
            "message": outcome.message,
            "latency_ms": outcome.latency_ms,
            "tested_at": tested_at,
        }
        return Answer(200, {"ok": True, "data": data})

    @staticmethod
    def _fields(call: IncomingCall, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(call.body, dict):
            raise Refused("invalid_parameter", "The body must be a JSON object")
        for name in call.body:
            if name not in known:
                raise Refused("invalid_parameter", f"{name} is not a known or writable parameter", name)
        errors = find_problems(call.body)
        if errors:
            raise Refused("validation_error", errors[0]["message"], errors[0]["param"], errors)
        return dict(call.body)

    def _may_change(self, team: SendmuxTeam, record: Record, call: IncomingCall) -> None:
        if not is_editable(record):
            raise Refused("insufficient_permissions", "This provider is not editable")
        wanted = call.headers.get("if-match")
        if wanted not in (None, "*") and self._etag(team, record) not in (wanted or ""):
            raise Refused("conflict", "The provider has changed since it was read")

    def _touch(self, team: SendmuxTeam, record: Record) -> None:
        team.versions[record["id"]] = team.versions.get(record["id"], 1) + 1
        record["updated_at"] = stamp(self.clock())

    @staticmethod
    def _etag(team: SendmuxTeam, record: Record) -> str:
        asked = f"{record['id']}/{team.versions.get(record['id'], 1)}"
        return f'W/"{hashlib.sha256(asked.encode()).hexdigest()[:20]}"'

    def _detail(self, team: SendmuxTeam, record: Record, status: int = 200) -> Answer:
        body = {"ok": True, "data": to_wire(record, detail=True)}
        return Answer(status, body, {"ETag": self._etag(team, record)})

    @staticmethod
    def _error(refused: Refused) -> Answer:
        status, retryable = ERRORS[refused.code]
        error: dict[str, Any] = {"code": refused.code, "message": refused.message, "retryable": retryable}
        if refused.param is not None:
            error["param"] = refused.param
        if refused.errors is not None:
            error["errors"] = refused.errors
        return Answer(status, {"ok": False, "error": error})

    @staticmethod
    def _add_request_id(answer: Answer) -> Answer:
        """The same id in ``meta.request_id`` and ``X-Request-Id``, new for every response."""
        request_id = "req_" + uuid.uuid4().hex
        body = answer.body
        if isinstance(body, dict):
            body = {**body, "meta": {"request_id": request_id}}
        headers = {**answer.headers, "X-Request-Id": request_id, "Cache-Control": "no-store"}
        return Answer(answer.status, body, headers)

    def refusal(self, status: int, code: str | None, message: str | None) -> Answer:
        known = code or STATUS_CODES.get(status, "internal_error")
        retryable = status == 429 or status >= 500
        error = {"code": known, "message": message or known, "retryable": retryable}
        return self._add_request_id(Answer(status, {"ok": False, "error": error}))

    def graphql_error(self, label: Label, code: str, message: str | None) -> dict[str, Any]:
        return {"message": message or code, "extensions": {"code": code}}


def _security(record: Record) -> Security:
    """``ssl`` is implicit TLS, ``none`` clear text; ``tls`` is ambiguous and goes by the port."""
    named: dict[str, Security] = {"ssl": "tls", "starttls": "starttls", "none": "none"}
    return named.get(record["smtp_protocol"]) or security_by_port(record["smtp_port"])


def _without_retry(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Retry-After"}


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode()


def _cursor_number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if word == "after":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Refused("invalid_parameter", "The cursor is not valid", "cursor")
