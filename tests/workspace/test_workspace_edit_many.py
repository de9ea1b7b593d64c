"""Set the same fields in several credentials, each with its own result."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtptui.model.errors import ConflictError, LoginRefusedError, UnavailableError
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.credentials.edit_many import edit_many, find_common_fields
from smtptui.workspace.credentials.events import Stored
from smtptui.workspace.verification.verify import uses_probe
from tests.workspace.fake_provider import fake, workspace


def names(fields: object) -> list[str]:
    return [common.form.field.name for common in fields]  # type: ignore[attr-defined]


async def test_common_fields_are_those_that_all_targets_accept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        one, two = (await fake(ws, "a")).seed("1"), (await fake(ws, "b")).seed("1")
        found = names(find_common_fields(ws, [one, two]))
        assert found == ["host", "port", "username", "from_email", "from_name"]
        assert find_common_fields(ws, []) == ()


async def test_only_changed_fields_are_sent_and_one_failure_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        a, b = await fake(ws, "a"), await fake(ws, "b")
        targets = [a.seed("1"), a.seed("2"), b.seed("1")]
        a.records.pop("1")
        outcomes = [event async for event in edit_many(ws, targets, {"from_name": "New", "from_email": ""})]
        failed = [(event.account, event.id) for event in outcomes if isinstance(event, ItemFailed)]
        assert failed == [("a", "1")]
        stored = {
            event.credential.address: event.credential for event in outcomes if isinstance(event, Stored)
        }
        assert set(stored) == {"a/2", "b/1"}
        assert all((item.from_name, item.from_email) == ("New", None) for item in stored.values())
        assert all("password" not in call for call in a.calls + b.calls)


async def test_a_conflict_concerns_only_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        a = await fake(ws, "a")
        targets = [a.seed("1"), a.seed("2")]
        a.seed("1", from_name="Theirs")
        outcomes = [event async for event in edit_many(ws, targets, {"from_name": "Mine"})]
        assert [type(event) for event in outcomes] == [ItemFailed, Stored]
        assert isinstance(outcomes[0], ItemFailed) and isinstance(outcomes[0].error, ConflictError)
        assert a.records["1"].from_name == "Theirs"


async def test_a_refused_login_stops_only_its_account_and_every_target_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        a, b = await fake(ws, "a"), await fake(ws, "b")
        targets = [a.seed("1"), a.seed("2"), b.seed("1")]
        a.broken = LoginRefusedError("refused")
        calls = len(a.calls)
        outcomes = [event async for event in edit_many(ws, targets, {"from_name": "New"})]
        failed = sorted(event.id or "" for event in outcomes if isinstance(event, ItemFailed))
        assert failed == ["1", "2"]
        assert len(a.calls) == calls + 1
        assert [event.credential.account for event in outcomes if isinstance(event, Stored)] == ["b"]


async def test_nothing_is_started_while_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        a = await fake(ws, "a")
        targets = [a.seed("1"), a.seed("2"), a.seed("3")]
        sent: list[str] = []
        a.on_write = sent.append
        events = edit_many(ws, targets, {"from_name": "New"}, is_held=lambda: bool(sent))
        assert [type(event) for event in [event async for event in events]] == [Stored]
        a.broken = UnavailableError("down")
        assert [event async for event in edit_many(ws, targets, {"port": "25"}, is_held=lambda: True)] == []


async def test_a_verification_by_the_provider_uses_no_probe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        assert not uses_probe(ws, [(await fake(ws, "a")).seed("1")])
