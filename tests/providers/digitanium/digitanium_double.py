"""Digitanium on the other side of a mocked HTTP library."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import respx

from smtptui.model.credential import Credential
from smtptui.providers.base import ListingEnd, Page
from smtptui.providers.digitanium import SPEC
from smtptui.providers.digitanium.adapter import DigitaniumProvider
from smtptui.testing.account import make_account
from tests.canary import secret_text

TOKEN = secret_text("idp-token")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SSMS = "https://acme.idp.example/digitanium/v4/mail"
SHIFT = "https://idp.example/auth/realms/acme/mail"
CONFIGURE = f"{SSMS}/config"
TEST = f"{SSMS}/test"


def accept_response(message: str = "Successfully updated SMTP Details") -> httpx.Response:
    return status_response(200, "OK", message)


def status_response(http: int, status: str, message: str) -> httpx.Response:
    return httpx.Response(http, json={"message": message, "status": status, "subSystem": 8})


def digitanium(variant: str = "ssms", *, base_url: str | None = None, **options: Any) -> DigitaniumProvider:
    settings = {"variant": variant, "tenant_id": "acme", "hostname": "idp.example"}
    settings |= options.pop("login", {"token": TOKEN})
    return DigitaniumProvider(
        make_account(SPEC, settings, name="idp", base_url=base_url, now=lambda: NOW, **options)
    )


async def list_row(adapter: DigitaniumProvider) -> tuple[Credential, ListingEnd]:
    """The one row and the end of the listing."""
    page, end = [item async for item in adapter.list()]
    assert isinstance(page, Page)
    assert isinstance(end, ListingEnd)
    (credential,) = page.credentials
    return credential, end


def sent_body(call: respx.models.Call) -> Any:
    return json.loads(call.request.content)
