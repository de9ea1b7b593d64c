from __future__ import annotations

from typing import Any

import httpx
import pytest

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY

PASSWORD = f"pw-{CANARY}"
WANTED = {
    "name": "Test",
    "smtp_host": "smtp.migadu.com",
    "smtp_port": 465,
    "smtp_protocol": "ssl",
    "smtp_username": "mux-test",
    "smtp_password": PASSWORD,
}


def create(bench: Any, **more: Any) -> dict[str, Any]:
    response = bench.sendmux("POST", json={**WANTED, **more})
    assert response.status_code == 201
    return dict(response.json()["data"])


def error(response: Any) -> tuple[int, str]:
    body = response.json()
    assert body["ok"] is False
    assert body["meta"]["request_id"] == response.headers["X-Request-Id"]
    return response.status_code, body["error"]["code"]


def test_lists_by_cursor_without_variables(bench: Any) -> None:
    rows, cursor = [], ""
    while True:
        page = bench.sendmux("GET", f"?limit=5{cursor}").json()
        rows += page["data"]
        if not page["pagination"]["has_more"]:
            break
        cursor = f"&cursor={page['pagination']['next_cursor']}"
    assert [r["id"] for r in rows] == [r["id"] for r in bench.records("acme-sendmux")]
    assert not any("variables" in r or "smtp_password" in r for r in rows)
    gmail = bench.sendmux("GET", "?type=gmail_api").json()["data"]
    assert [(r["type"], r["smtp_host"], r["is_editable"]) for r in gmail] == [("gmail_api", None, False)]


def test_create_get_and_the_request_id(bench: Any) -> None:
    made = create(bench, variables={"a": "b"}, quotas={"per_hour": 10}, percentage=20)
    response = bench.sendmux("GET", f"/{made['id']}")
    data = response.json()["data"]
    assert data["variables"] == {"a": "b"}
    assert data["quotas"]["per_hour"] == {"min": 10, "max": 10}
    assert data["has_smtp_password"] is True
    assert "smtp_password" not in data
    assert response.json()["meta"]["request_id"] == response.headers["X-Request-Id"]
    assert response.headers["Cache-Control"] == "no-store"
    assert bench.record("acme-sendmux", made["id"])["smtp_password"] == PASSWORD


def test_if_none_match_and_a_stale_if_match(bench: Any) -> None:
    id = create(bench)["id"]
    tag = bench.sendmux("GET", f"/{id}").headers["ETag"]
    assert tag.startswith('W/"')
    assert bench.sendmux("GET", f"/{id}", If_None_Match=tag).status_code == 304
    updated = bench.sendmux("PATCH", f"/{id}", {"name": "New"}, If_Match=tag)
    assert updated.status_code == 200
    assert updated.headers["ETag"] != tag
    assert error(bench.sendmux("PATCH", f"/{id}", {"name": "Newer"}, If_Match=tag)) == (409, "conflict")
    assert error(bench.sendmux("DELETE", f"/{id}", If_Match=tag)) == (409, "conflict")
    assert bench.record("acme-sendmux", id)["name"] == "New"
    deleted = bench.sendmux("DELETE", f"/{id}", If_Match=updated.headers["ETag"])
    assert deleted.json()["data"] == {"id": id, "deleted": True}


def test_a_patch_is_partial_and_null_clears_what_may_be_null(bench: Any) -> None:
    id = create(bench, from_name="A", quotas={"per_day": 5, "per_hour": 1})["id"]
    patch = {"from_name": None, "quotas": {"per_day": None}}
    data = bench.sendmux("PATCH", f"/{id}", patch).json()["data"]
    assert data["from_name"] is None
    assert data["quotas"]["per_day"] is None
    assert data["quotas"]["per_hour"] == {"min": 1, "max": 1}
    assert bench.record("acme-sendmux", id)["smtp_password"] == PASSWORD


@pytest.mark.parametrize("empty", [None, ""])
def test_the_password_cannot_be_cleared(bench: Any, empty: str | None) -> None:
    id = create(bench)["id"]
    assert error(bench.sendmux("PATCH", f"/{id}", {"smtp_password": empty})) == (422, "validation_error")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"smtp_port": 0}, "smtp_port"),
        ({"smtp_port": "465"}, "smtp_port"),
        ({"smtp_protocol": "TLS"}, "smtp_protocol"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"percentage": 101}, "percentage"),
        ({"quotas": {"per_day": {"min": 2, "max": 1}}}, "quotas.per_day"),
        ({"variables": {"a": "x" * 4097}}, "variables.a"),
        ({"from_email": "nobody"}, "from_email"),
    ],
)
def test_limits_are_validation_errors(bench: Any, fields: dict[str, Any], param: str) -> None:
    response = bench.sendmux("POST", json={**WANTED, **fields})
    assert error(response) == (422, "validation_error")
    assert [e["param"] for e in response.json()["error"]["errors"]] == [param]


def test_missing_and_unknown_parameters(bench: Any) -> None:
    lacking = {k: v for k, v in WANTED.items() if k != "smtp_host"}
    assert error(bench.sendmux("POST", json=lacking)) == (400, "missing_parameter")
    assert error(bench.sendmux("POST", json={**WANTED, "host": "x"})) == (400, "invalid_parameter")
    assert error(bench.sendmux("GET", "?limit=101")) == (400, "invalid_parameter")
    assert error(bench.sendmux("GET", "/dprov_none")) == (404, "not_found")


def test_an_idempotency_key_replays_or_conflicts(bench: Any) -> None:
    body = {**WANTED, "name": "Once"}
    first = bench.sendmux("POST", json=body, Idempotency_Key="key-1")
    again = bench.sendmux("POST", json=body, Idempotency_Key="key-1")
    assert first.json()["data"] == again.json()["data"]
    assert [r["name"] for r in bench.records("acme-sendmux")].count("Once") == 1
    other = bench.sendmux("POST", json={**body, "name": "Twice"}, Idempotency_Key="key-1")
    assert error(other) == (409, "idempotency_conflict")
    assert error(bench.sendmux("POST", json=body, Idempotency_Key="k" * 256)) == (400, "invalid_parameter")


def test_a_test_is_a_real_login_and_changes_the_tag(bench: Any) -> None:
    id = create(bench, smtp_username="mux-live")["id"]
    tag = bench.sendmux("GET", f"/{id}").headers["ETag"]
    bench.accept("smtp.migadu.com", "mux-live", "pw-another")
    failed = bench.sendmux("POST", f"/{id}/test").json()["data"]
    assert failed["success"] is False
    assert failed["message"].startswith("535")
    detail = bench.sendmux("GET", f"/{id}")
    assert (detail.json()["data"]["status"], detail.headers["ETag"] != tag) == ("error", True)
    bench.accept("smtp.migadu.com", "mux-live", PASSWORD)
    passed = bench.sendmux("POST", f"/{id}/test").json()["data"]
    assert passed["success"] is True
    data = bench.sendmux("GET", f"/{id}").json()["data"]
    assert (data["status"], data["last_tested_at"]) == ("active", passed["tested_at"])


@pytest.mark.parametrize(
    ("protocol", "port", "works"),
    [
        ("ssl", 465, True),
        ("starttls", 587, True),
        ("tls", 465, True),
        ("tls", 587, True),
        ("none", 587, False),
    ],
)
def test_each_protocol_word(bench: Any, protocol: str, port: int, works: bool) -> None:
    bench.accept("smtp.migadu.com", "mux-words", PASSWORD)
    id = create(bench, smtp_username="mux-words", smtp_protocol=protocol, smtp_port=port)["id"]
    assert bench.sendmux("POST", f"/{id}/test").json()["data"]["success"] is works


def test_activate_and_deactivate(bench: Any) -> None:
    id = create(bench)["id"]
    off = bench.sendmux("POST", f"/{id}/deactivate", Idempotency_Key=f"off-{id}").json()["data"]
    assert (off["is_active"], off["status"], off["allowed_actions"]["activate"]) == (False, "inactive", True)
    on = bench.sendmux("POST", f"/{id}/activate").json()["data"]
    assert (on["is_active"], on["status"]) == (True, "active")


def test_shared_and_oauth_accounts_are_not_editable(bench: Any) -> None:
    fixed = [r for r in bench.records("acme-sendmux") if r["type"] != "smtp"]
    assert {r["type"] for r in fixed} == {"amazon_ses", "gmail_api"}
    for record in fixed:
        id = record["id"]
        assert error(bench.sendmux("PATCH", f"/{id}", {"name": "x"})) == (403, "insufficient_permissions")
        assert error(bench.sendmux("DELETE", f"/{id}")) == (403, "insufficient_permissions")
        assert error(bench.sendmux("POST", f"/{id}/test")) == (400, "invalid_parameter")


def test_keys_and_permissions(bench: Any) -> None:
    assert error(bench.sendmux("GET", Authorization="Bearer smx_root_x")) == (401, "authentication_required")
    mailbox = bench.sendmux("GET", Authorization="Bearer smx_mbx_x")
    assert error(mailbox) == (403, "insufficient_permissions")
    bench.running.access({"acme-sendmux": {"permissions": ["provider.read", "provider.create"]}})
    id = create(bench)["id"]
    assert error(bench.sendmux("POST", f"/{id}/test")) == (403, "insufficient_permissions")
    assert error(bench.sendmux("DELETE", f"/{id}")) == (403, "insufficient_permissions")
    bench.running.access({"acme-sendmux": {"role": "root:readonly"}})
    assert error(bench.sendmux("POST", json=WANTED)) == (403, "insufficient_permissions")
    assert bench.sendmux("GET").status_code == 200


def test_the_rate_limit_of_600_requests_a_window() -> None:
    with RunningSandbox(seed="empty", rate_time_scale=100) as sandbox, httpx.Client(trust_env=False) as http:
        url = f"{sandbox.url}/sendmux/api/v1/providers"
        key = {"Authorization": "Bearer " + sandbox.access()["acme-sendmux"]["login"]["api_key"]}
        first = http.get(url, headers=key)
        assert first.headers["X-RateLimit-Limit"] == "600"
        assert first.headers["X-RateLimit-Remaining"] == "599"
        assert first.headers["X-RateLimit-Reset"].isdigit()
        for _ in range(599):
            assert http.get(url, headers=key).status_code == 200
        over = http.get(url, headers=key)
        assert error(over) == (429, "rate_limit_exceeded")
        assert over.json()["error"]["retryable"] is True
        assert int(over.headers["Retry-After"]) > 0
