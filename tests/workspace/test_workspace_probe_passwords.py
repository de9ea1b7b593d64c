"""Typed passwords of a probe, the count before it, and recorded verdicts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from smtptui.probe.bulk import ProbeEnded, ProbeEvent, ProbesPlanned
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import build_verdict
from smtptui.secrets.secret import Secret
from smtptui.workspace.verification import probe as probing
from smtptui.workspace.verification.events import VerificationDone, VerificationPlanned
from smtptui.workspace.verification.probe import FROM_PERSON, load_verdicts, probe_credentials
from tests.canary import secret_text
from tests.workspace.fake_provider import fake, workspace


class Server:
    """Answers every login with a mismatch, and keeps what it was asked."""

    def __init__(self) -> None:
        self.tried: list[Secret | None] = []

    async def __call__(
        self, targets: Sequence[ProbeTarget], options: ProbeOptions, *, is_held: Any
    ) -> AsyncGenerator[ProbeEvent, None]:
        known = [target for target in targets if target.secret is not None]
        yield ProbesPlanned(len(targets), len(targets), {"smtp.example.com": len(known)} if known else {})
        for index, target in enumerate(targets):
            self.tried.append(target.secret)
            edit = {"security": "starttls"}
            verdict = build_verdict(
                "mismatch.tls_on_clear_port", host=target.host, port=target.port, edit=edit
            )
            yield ProbeEnded((index,), verdict)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    stand_in = Server()
    monkeypatch.setattr(probing, "probe_many", stand_in)
    return stand_in


async def test_a_typed_password_is_used_once_and_recorded_only_as_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    typed = Secret(secret_text("typed"))
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        item = (await fake(ws, "a")).seed("1")
        events = [event async for event in probe_credentials(ws, [item], secrets={item.address: typed})]
        done = next(event for event in events if isinstance(event, VerificationDone))
        assert server.tried == [typed]
        assert done.edit == {"security": "starttls"}
        assert "edit" not in done.to_json()
        assert secret_text("typed") not in ws.redactor.redact(f"said {secret_text('typed')}")
        assert [event async for event in probe_credentials(ws, [item])]
        assert server.tried == [typed, None]
        kept = load_verdicts(ws, item)
        assert [verdict.login.reference for verdict in kept] == [None, FROM_PERSON], "newest first"
        assert kept[0].body["edit"] == {"security": "starttls"}
    assert secret_text("typed").encode() not in (tmp_path / "state.db").read_bytes()


async def test_a_caller_that_stops_at_the_count_has_tried_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        item = (await fake(ws, "a")).seed("1")
        secrets = {item.address: Secret(secret_text("typed"))}
        async with aclosing(probe_credentials(ws, [item], secrets=secrets)) as events:
            first = await anext(events)
            assert isinstance(first, VerificationPlanned) and first.passwords == 1
        assert server.tried == [] and load_verdicts(ws, item) == []
