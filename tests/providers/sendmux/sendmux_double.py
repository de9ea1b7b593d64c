"""Sendmux on the other side of a mocked HTTP library: records, envelopes, one account."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import respx

from smtptui.model.credential import Credential
from smtptui.providers.sendmux import SPEC
from smtptui.providers.sendmux.adapter import SendmuxProvider
from smtptui.testing.account import make_account
from tests.canary import secret_text

BASE = "https://app.sendmux.ai/api/v1"
KEY = f"smx_root_{secret_text('api-key')}"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID = "dprov_1"
URL = f"{BASE}/providers/{ID}"


def record(**other: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": ID,
        "name": "Acme EU",
        "type": "smtp",
        "status": "active",
        "status_reason": None,
        "is_active": True,
        "is_shared": False,
        "is_editable": True,
        "allowed_actions": {
            "update": True,
            "delete": True,
            "activate": False,
            "deactivate": True,
            "test": True,
            "update_variables": True,
        },
        "smtp_host": "smtp.eu.mailgun.org",
        "smtp_port": 587,
        "smtp_protocol": "starttls",
        "smtp_username": "eu@mg.acme.example",
        "has_smtp_password": True,
        "from_email": "eu@mg.acme.example",
        "from_name": "Acme EU",
        "reply_to_email": None,
        "reply_to_name": None,
        "oauth_email": None,
        "has_refresh_token": False,
        "quotas": {
            "per_second": {"min": 5, "max": 5},
            "per_minute": None,
            "per_hour": None,
            "per_day": None,
        },
        "percentage": 60,
        "tracking_domain": None,
        "created_at": "2026-06-24T10:51:11.104Z",
        "updated_at": "2026-11-20T10:51:11.104Z",
        "last_tested_at": None,
        "last_used_at": None,
    }
    body.update(other)
    return body


def record_response(etag: str | None = 'W/"one"', http: int = 200, **other: Any) -> httpx.Response:
    body = {"ok": True, "data": record(**{"variables": {}, **other}), "meta": {"request_id": "req_1"}}
    return httpx.Response(http, json=body, headers={"ETag": etag} if etag else {})


def page_response(
    *records: dict[str, Any], cursor: str | None = None, more: bool | None = None
) -> httpx.Response:
    pagination = {"has_more": cursor is not None if more is None else more, "next_cursor": cursor}
    return httpx.Response(200, json={"ok": True, "data": records, "pagination": pagination, "meta": {}})


def error_response(status: int, code: str, *, retryable: bool = False, **other: Any) -> httpx.Response:
    error = {"code": code, "message": f"no: {code}", "retryable": retryable, **other}
    return httpx.Response(
        status,
        json={"ok": False, "error": error, "meta": {"request_id": "req_9"}},
        headers={"X-Request-Id": "req_9"},
    )


def sendmux(**options: Any) -> SendmuxProvider:
    return SendmuxProvider(
        make_account(SPEC, {"api_key": options.pop("key", KEY)}, name="mux", now=lambda: NOW, **options)
    )


def sent_body(call: respx.models.Call) -> Any:
    return json.loads(call.request.content)


async def get_stored(adapter: SendmuxProvider, **other: Any) -> Credential:
    """The record as a get would have read it."""
    respx.get(URL).mock(return_value=record_response(**other))
    found = await adapter.get(ID)
    respx.reset()
    return found
