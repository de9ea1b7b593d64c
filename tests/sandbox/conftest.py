from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from smtptui.sandbox.running import RunningSandbox


class Bench:
    """One running sandbox seen by a stranger: plain HTTP, and the config that it wrote."""

    def __init__(self, running: RunningSandbox, http: httpx.Client) -> None:
        self.running = running
        self.http = http
        self.accounts: dict[str, dict[str, Any]] = tomllib.loads(running.config.read_text())["accounts"]

    def secret(self, account: str, name: str) -> str:
        return str(self.accounts[account][name]).removeprefix("inline:")

    def records(self, account: str) -> list[dict[str, Any]]:
        return self.running.state()[account]

    def record(self, account: str, id: str) -> dict[str, Any] | None:
        return next((r for r in self.records(account) if r["id"] == id), None)

    def accept(self, host: str, username: str, password: str) -> None:
        self.running.smtp_logins({host: {username: password}})

    def blue_headers(self, account: str = "acme-blue", **more: str) -> dict[str, str]:
        return {
            "X-Bloo-Token-ID": self.secret(account, "token_id"),
            "X-Bloo-Token-Secret": self.secret(account, "token_secret"),
            "X-Bloo-Company-ID": self.secret(account, "company_id"),
            **more,
        }

    def blue(self, query: str, account: str = "acme-blue", **variables: Any) -> httpx.Response:
        return self.http.post(
            self.accounts["acme-blue"]["base_url"],
            json={"query": query, "variables": variables},
            headers=self.blue_headers(account),
        )

    def pipefy(
        self, query: str, path: str = "/graphql", token: str | None = None, **variables: Any
    ) -> httpx.Response:
        token = token or self.running.access()["acme-pipefy"]["login"]["token"]
        return self.http.post(
            self.accounts["acme-pipefy"]["base_url"] + path,
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )

    def sendmux(self, method: str, path: str = "", json: Any = None, **headers: str) -> httpx.Response:
        key = {"Authorization": "Bearer " + self.secret("acme-sendmux", "api_key")}
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.accounts["acme-sendmux"]["base_url"] + "/providers" + path
        return self.http.request(method, url, json=json, headers={**key, **names})

    def idp(self, path: str, body: Any, token: str | None = None) -> httpx.Response:
        token = token or self.running.access()["acme-idp"]["login"]["token"]
        url = self.accounts["acme-idp"]["base_url"] + path
        return self.http.post(url, json=body, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
def running() -> Iterator[RunningSandbox]:
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def bench(running: RunningSandbox) -> Iterator[Bench]:
    """The shared sandbox; rights and faults are put back afterwards, records are each test's own."""
    before = running.access()
    with httpx.Client(trust_env=False, timeout=20) as http:
        yield Bench(running, http)
    running.faults([])
    running.access({name: {k: v for k, v in a.items() if k != "login"} for name, a in before.items()})
