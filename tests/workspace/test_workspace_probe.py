"""Probe stored credentials: which password is used, and what is recorded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest

from smtptui.model.errors import UnsupportedError
from smtptui.probe.bulk import ProbeEnded, ProbeEvent, ProbesPlanned
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import build_verdict
from smtptui.secrets.reference import parse_reference
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.verification import probe as probing
from smtptui.workspace.verification.events import VerificationDone, VerificationPlanned
from smtptui.workspace.verification.verify import verify
from tests.canary import secret_text
from tests.workspace.fake_provider import fake, workspace


class Probes:
    """Stands in for the network: answers with the verdicts it was given, and keeps what it was asked."""

    def __init__(self, **verdicts: str) -> None:
        self.verdicts = verdicts
        self.targets: Sequence[ProbeTarget] = ()

    async def __call__(
        self, targets: Sequence[ProbeTarget], options: ProbeOptions, *, is_held: Any
    ) -> AsyncGenerator[ProbeEvent, None]:
        self.targets = targets
        known = [target for target in targets if target.secret is not None]
        yield ProbesPlanned(len(targets), len(targets), {"smtp.example.com": len(known)} if known else {})
        for index, target in enumerate(targets):
            default = "smtp.reachable" if target.username is None else "secret.unknown"
            verdict = self.verdicts.get(target.username or "", "auth.verified" if target.secret else default)
            yield ProbeEnded((index,), build_verdict(verdict, host=target.host, port=target.port))


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> Probes:
    stand_in = Probes(u2="auth.rejected")
    monkeypatch.setattr(probing, "probe_many", stand_in)
    return stand_in


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *ids: str) -> Workspace:
    monkeypatch.setenv("PROBED_PASSWORD", secret_text("probed"))
    reference = parse_reference("env:PROBED_PASSWORD")
    return workspace(tmp_path, monkeypatch, "a", passwords={f"a/{id}": reference for id in ids})


async def done(ws: Workspace, items: Any, method: str) -> dict[str, VerificationDone]:
    events = [event async for event in verify(ws, items, method=method)]
    return {event.id: event for event in events if isinstance(event, VerificationDone)}


async def test_a_probe_uses_the_configured_password_and_records_its_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probes: Probes
) -> None:
    async with configured(tmp_path, monkeypatch, "1", "2") as ws:
        provider = await fake(ws, "a")
        items = [provider.seed("1"), provider.seed("2"), provider.seed("3")]
        found = await done(ws, items, "probe")
        assert {id: (event.method, event.status) for id, event in found.items()} == {
            "1": ("probe", "verified"),
            "2": ("probe", "failed"),
            "3": ("probe", "unknown"),
        }
        assert [target.secret is not None for target in probes.targets] == [True, True, False]
        assert found["2"].to_json()["verdict"]["id"] == "auth.rejected"  # type: ignore[index,call-overload]
        listed = [event async for event in list_credentials(ws, ws.select(["status=failed"]))]
        assert [item.id for event in listed for item in getattr(event, "credentials", ())] == ["2"]
        kept = ws.state.verdicts.list_history("a", "1")[0]
        assert kept.login.reference == "env:PROBED_PASSWORD"
        assert secret_text("probed").encode() not in (tmp_path / "state.db").read_bytes()
        assert "verify" not in provider.calls, "the provider was not asked"


async def test_passwords_are_counted_before_any_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probes: Probes
) -> None:
    async with configured(tmp_path, monkeypatch, "1", "2") as ws:
        provider = await fake(ws, "a")
        items = [provider.seed(id) for id in "123"]
        events = [event async for event in verify(ws, items, method="probe")]
        planned = [event for event in events if isinstance(event, VerificationPlanned)][-1]
        assert (planned.passwords, planned.hosts) == (2, 1)
        first = next(index for index, event in enumerate(events) if isinstance(event, VerificationDone))
        assert events.index(planned) < first


async def test_a_relay_is_reached_without_a_login_and_oauth_is_not_probed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probes: Probes
) -> None:
    async with configured(tmp_path, monkeypatch, "1") as ws:
        provider = await fake(ws, "a")
        relay = provider.seed("1", auth="none")
        oauth = provider.seed("2", auth="oauth")
        events = [event async for event in verify(ws, [relay, oauth], method="probe")]
        assert probes.targets[0].username is None
        (failed,) = [event for event in events if isinstance(event, ItemFailed)]
        assert failed.id == "2"
        assert isinstance(failed.error, UnsupportedError)


async def test_auto_asks_the_provider_where_it_can_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probes: Probes
) -> None:
    async with configured(tmp_path, monkeypatch, "1") as ws:
        found = await done(ws, [(await fake(ws, "a")).seed("1", auth="password")], "auto")
        assert found["1"].method == "provider"
        assert probes.targets == ()
