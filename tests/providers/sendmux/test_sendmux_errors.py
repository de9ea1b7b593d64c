"""Every documented error code of Sendmux."""

from __future__ import annotations

import httpx
import pytest
import respx

from smtptui.model.errors import SmtptuiError
from smtptui.providers.sendmux.errors import MEANINGS
from tests.providers.sendmux.sendmux_double import ID, URL, error_response, sendmux

STATUS = {
    "authentication_required": 401,
    "insufficient_permissions": 403,
    "not_found": 404,
    "conflict": 409,
    "idempotency_conflict": 409,
    "limit_exceeded": 402,
    "payload_too_large": 413,
    "rate_limit_exceeded": 429,
    "service_unavailable": 503,
    "internal_error": 500,
    "validation_error": 422,
}


@respx.mock
@pytest.mark.parametrize("code", sorted(MEANINGS))
async def test_each_code_has_its_meaning(code: str) -> None:
    respx.get(URL).mock(return_value=error_response(STATUS.get(code, 400), code))
    with pytest.raises(SmtptuiError) as caught:
        await sendmux().get(ID)
    assert type(caught.value) is MEANINGS[code].error
    error = caught.value
    assert (error.code, error.request_id, error.account, error.operation) == (code, "req_9", "mux", "get")


@respx.mock
@pytest.mark.parametrize(
    ("status", "retryable", "kind"),
    [(418, True, "unavailable"), (404, False, "not_found"), (418, False, "protocol_broken")],
)
async def test_an_unknown_code_is_classified_by_retryable_then_by_status(
    status: int, retryable: bool, kind: str
) -> None:
    respx.get(URL).mock(return_value=error_response(status, "brand_new", retryable=retryable))
    with pytest.raises(SmtptuiError) as caught:
        await sendmux().get(ID)
    assert caught.value.kind == kind


@respx.mock
async def test_a_field_in_an_error_has_our_name() -> None:
    parts = [{"param": "smtp_port", "message": "too high"}, {"param": "from_email", "message": "no @"}]
    respx.get(URL).mock(return_value=error_response(422, "validation_error", param="smtp_host", errors=parts))
    with pytest.raises(SmtptuiError) as caught:
        await sendmux().get(ID)
    assert caught.value.field == "host"
    assert "port: too high; from_email: no @" in caught.value.message


@respx.mock
async def test_ok_false_under_200_is_an_error_too() -> None:
    respx.get(URL).mock(
        return_value=httpx.Response(200, json={"ok": False, "error": {"code": "not_found", "message": "m"}})
    )
    with pytest.raises(SmtptuiError) as caught:
        await sendmux().get(ID)
    assert caught.value.kind == "not_found"
