from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from smtptui.sandbox.faults import parse_faults
from smtptui.sandbox.running import RunningSandbox
from tests.sandbox.test_sandbox_blue import CREATE, HOST, LIST, PASSWORD, code

BLUE_LIST = {"account": "acme-blue", "operation": "smtpCredentials"}


def test_a_fault_meets_its_account_and_operation_so_many_times(bench: Any) -> None:
    bench.running.faults([{**BLUE_LIST, "status": 503, "times": 1}])
    assert bench.blue(LIST, "globex-blue").status_code == 200
    assert bench.blue(LIST).status_code == 503
    assert bench.blue(LIST).status_code == 200
    assert bench.running.ask("faults")[0]["times"] == 0


def test_429_with_and_without_retry_after(bench: Any) -> None:
    bench.running.faults([{"account": "acme-sendmux", "status": 429, "retry_after": 7, "times": 1}])
    limited = bench.sendmux("GET")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert limited.json()["error"] == {
        "code": "rate_limit_exceeded",
        "message": "rate_limit_exceeded",
        "retryable": True,
    }
    bench.running.faults([{"account": "acme-sendmux", "status": 429}])
    assert "Retry-After" not in bench.sendmux("GET").headers


@pytest.mark.parametrize(("drop", "saved"), [("before", False), ("after", True)])
def test_a_hang_up_before_and_after_the_write(bench: Any, drop: str, saved: bool) -> None:
    user = f"fault-{drop}"
    bench.running.faults([{"operation": "createSmtpCredential", "drop": drop}])
    wanted = {"companyId": "acme", "host": HOST, "port": 465, "username": user, "password": PASSWORD}
    with pytest.raises(httpx.RemoteProtocolError):
        bench.blue(CREATE, input=wanted)
    assert any(r["username"] == user for r in bench.records("acme-blue")) is saved


def test_html_and_truncated_bodies(bench: Any) -> None:
    bench.running.faults([{**BLUE_LIST, "body": "html"}])
    page = bench.blue(LIST)
    assert page.headers["Content-Type"].startswith("text/html")
    bench.running.faults([{**BLUE_LIST, "body": "truncated"}])
    with pytest.raises(json.JSONDecodeError):
        bench.blue(LIST).json()


def test_a_redirect(bench: Any) -> None:
    bench.running.faults([{**BLUE_LIST, "redirect": "http://127.0.0.1:9/"}])
    moved = bench.blue(LIST)
    assert (moved.status_code, moved.headers["Location"]) == (301, "http://127.0.0.1:9/")


def test_graphql_errors_alone_and_beside_data(bench: Any) -> None:
    bench.running.faults([{**BLUE_LIST, "graphql_error": {"code": "X", "message": "why"}}])
    alone = bench.blue(LIST)
    assert (alone.status_code, code(alone), alone.json()["data"]) == (200, "X", None)
    bench.running.faults([{**BLUE_LIST, "graphql_error": "X", "handled": True}])
    beside = bench.blue(LIST)
    assert code(beside) == "X"
    assert beside.json()["data"]["smtpCredentials"]["items"]


def test_any_json_can_be_answered(bench: Any) -> None:
    answer = {"data": {"deleteSmtpConfiguration": {"success": False}}}
    bench.running.faults([{"operation": "deleteSmtpConfiguration", "json": answer}])
    query = "mutation { deleteSmtpConfiguration(input: {id: 1}) { success } }"
    assert bench.pipefy(query).json() == answer


def test_a_fault_can_stop_the_token(bench: Any) -> None:
    bench.running.faults([{"account": "acme-pipefy", "operation": "token", "status": 500}])
    assert bench.http.post(bench.accounts["acme-pipefy"]["token_url"], data={}).status_code == 500


def test_a_waiting_request_holds_up_no_other(bench: Any) -> None:
    bench.running.faults([{"account": "globex-blue", "latency_ms": 1500, "times": 1}])
    seen = len(bench.running.requests())
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(bench.blue, LIST, "globex-blue")
        deadline = time.monotonic() + 10
        while len(bench.running.requests()) == seen and time.monotonic() < deadline:
            time.sleep(0.01)
        assert bench.blue(LIST, "globex-blue").status_code == 200
        assert not slow.done()
        assert slow.result().status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [1],
        [{"latency": 1}],
        [{"drop": "now"}],
        [{"times": "2"}],
        [{"status": True}],
        [{"graphql_error": {"message": "x"}}],
    ],
)
def test_a_wrong_fault_is_explained_and_changes_nothing(bench: Any, wrong: Any) -> None:
    bench.running.faults([{**BLUE_LIST, "latency_ms": 1}])
    refused = bench.http.post(bench.running.url + "/__sandbox__/faults", json=wrong)
    assert refused.status_code == 400
    assert "fault" in refused.json()["error"]
    assert len(bench.running.ask("faults")) == 1
    with pytest.raises(ValueError, match="fault"):
        parse_faults(wrong)


def test_a_faults_file_is_in_force_from_the_start(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([{"operation": "list", "status": 500}]))
    with RunningSandbox(seed="empty", faults=file) as sandbox:
        key = sandbox.access()["acme-sendmux"]["login"]["api_key"]
        url = f"{sandbox.url}/sendmux/api/v1/providers"
        assert httpx.get(url, headers={"Authorization": f"Bearer {key}"}, trust_env=False).status_code == 500
