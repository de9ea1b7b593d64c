"""The request log: what was asked, by whom, and what kind of call it was."""

from __future__ import annotations

from typing import Any

from tests.sandbox.test_sandbox_blue import DELETE, LIST, UPDATE, VERIFY


def new_entries(bench: Any, since: int) -> list[tuple[str, str, str]]:
    found = [r for r in bench.running.requests() if r["n"] > since]
    return [(r["account"], r["operation"], r["kind"]) for r in found]


def test_names_and_kinds(bench: Any) -> None:
    since = len(bench.running.requests())
    bench.blue(LIST)
    bench.blue(VERIFY, input={})
    bench.blue(UPDATE, input={"id": "none"})
    bench.blue(DELETE, "globex-blue", id="none")
    bench.pipefy("{ smtpConfigurations(organizationId: 1) { nodes { id } } }")
    bench.pipefy("mutation { deleteSmtpCustomEmail(input: {id: 1}) { success } }")
    bench.http.post(bench.accounts["acme-pipefy"]["token_url"], data={})
    bench.sendmux("GET")
    bench.sendmux("GET", "/x")
    bench.sendmux("POST", json={})
    bench.sendmux("PATCH", "/x", json={})
    bench.sendmux("DELETE", "/x")
    bench.sendmux("POST", "/x/activate")
    bench.sendmux("POST", "/x/test")
    bench.idp("/digitanium/v4/mail/config", {})
    bench.idp("/auth/realms/acme/mail/test", {})
    bench.http.post(bench.accounts["acme-idp"]["token_url"], data={})
    assert new_entries(bench, since) == [
        ("acme-blue", "smtpCredentials", "read"),
        ("acme-blue", "verifySmtpCredential", "test"),
        ("acme-blue", "updateSmtpCredential", "write"),
        ("globex-blue", "deleteSmtpCredential", "write"),
        ("acme-pipefy", "smtpConfigurations", "read"),
        ("acme-pipefy", "deleteSmtpCustomEmail", "write"),
        ("acme-pipefy", "token", "auth"),
        ("acme-sendmux", "list", "read"),
        ("acme-sendmux", "get", "read"),
        ("acme-sendmux", "create", "write"),
        ("acme-sendmux", "update", "write"),
        ("acme-sendmux", "delete", "write"),
        ("acme-sendmux", "activate", "write"),
        ("acme-sendmux", "test", "write"),
        ("acme-idp", "configure", "write"),
        ("acme-idp", "test", "write"),
        ("acme-idp", "token", "auth"),
    ]


def test_what_was_sent(bench: Any) -> None:
    bench.blue(UPDATE, input={"id": "log-me", "host": "h"})
    entry = bench.running.requests()[-1]
    assert set(entry) >= {
        "n",
        "account",
        "operation",
        "kind",
        "method",
        "path",
        "variables",
        "body",
        "headers",
    }
    assert (entry["method"], entry["path"]) == ("POST", "/blue/graphql")
    assert entry["variables"] == {"input": {"id": "log-me", "host": "h"}}
    assert entry["body"]["query"] == UPDATE
    assert entry["headers"]["x-bloo-company-id"] == bench.accounts["acme-blue"]["company_id"]
    bench.sendmux("PATCH", "/dprov_x", json={"name": "N"}, If_Match='W/"1"')
    entry = bench.running.requests()[-1]
    assert (entry["body"], entry["headers"]["if-match"]) == ({"name": "N"}, 'W/"1"')
    assert entry["path"] == "/sendmux/api/v1/providers/dprov_x"


def test_an_unnamed_caller_is_still_logged(bench: Any) -> None:
    bench.http.post(
        bench.accounts["acme-blue"]["base_url"], content=b"{", headers={"Content-Type": "application/json"}
    )
    entry = bench.running.requests()[-1]
    assert (entry["account"], entry["operation"], entry["body"]) == (None, "unknown", None)
