"""An unexpected exception of a provider package is an error of its account only."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtptui.model.errors import ProviderBrokenError, RemoteState
from smtptui.providers.base import Check
from smtptui.providers.file.adapter import FileProvider
from smtptui.workspace.accounts.check import check_accounts
from smtptui.workspace.accounts.draft import AccountDraft
from smtptui.workspace.accounts.edit import try_account
from smtptui.workspace.audit.audit import NotAudited, _read_listing
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.verification.events import VerificationDone
from smtptui.workspace.verification.verify import verify
from tests.canary import secret_text
from tests.workspace.fake_provider import fake, workspace


async def _one_broken(ws: Workspace) -> None:
    (await fake(ws, "good")).seed("1")
    bad = await fake(ws, "bad")
    bad.seed("1")
    bad.seed("2")
    secret = secret_text("fault")
    ws.redactor.add(secret)
    bad.broken = ZeroDivisionError(f"division of {secret}")


def _reports(folder: Path) -> list[Path]:
    return list(folder.glob("smtptui-crash-*.txt"))


async def test_a_failing_package_stops_no_other_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "bad", "good") as ws:
        await _one_broken(ws)
        for _ in range(2):
            found = [event async for event in list_credentials(ws, ws.select([]))]
            ends = {event.account: event for event in found if isinstance(event, AccountRead)}
            assert ends["good"].complete
            error = ends["bad"].error
            assert isinstance(error, ProviderBrokenError)
            assert (error.account, error.kind, error.outcome) == (
                "bad",
                "provider_broken",
                RemoteState.NOTHING_DONE,
            )
            assert error.message == "The provider package fake (fake) failed (ZeroDivisionError)."
        (report,) = _reports(tmp_path)
        assert error is not None and str(report) in error.hint
        assert report.stat().st_mode & 0o777 == 0o600
        text = report.read_text()
        assert "ZeroDivisionError" in text
        assert secret_text("fault") not in text


async def test_a_package_that_fails_in_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "bad", "good") as ws:
        await _one_broken(ws)
        accounts = {event.account: event async for event in check_accounts(ws)}
        assert accounts["good"].check is not None
        assert isinstance(accounts["bad"].error, ProviderBrokenError)
        assert accounts["bad"].error.account == "bad"


async def test_the_crash_report_of_a_trial_outlives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: FileProvider) -> Check:
        raise ZeroDivisionError

    monkeypatch.setattr(FileProvider, "check", broken)
    (tmp_path / "config.toml").touch(mode=0o600)
    options = Options(config=str(tmp_path / "config.toml"), state_dir=str(tmp_path / "state"))
    typed = AccountDraft(name="kept", provider="file", texts={"path": str(tmp_path / "kept.toml")})
    async with Workspace.load(options) as ws:
        tried = await try_account(ws, typed)
    assert isinstance(tried.error, ProviderBrokenError)
    (report,) = _reports(tmp_path / "state")
    assert str(report) in tried.error.hint


async def test_a_package_that_fails_in_a_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "bad", "good") as ws:
        await _one_broken(ws)
        items = [item for name in ("bad", "good") for item in (await fake(ws, name)).records.values()]
        found = [event async for event in verify(ws, items)]
        failed = {(event.account, event.id): event.error for event in found if isinstance(event, ItemFailed)}
        assert set(failed) == {("bad", "1"), ("bad", "2")}
        assert all(isinstance(error, ProviderBrokenError) for error in failed.values())
        assert [event.account for event in found if isinstance(event, VerificationDone)] == ["good"]
        assert len(_reports(tmp_path)) == 1


async def test_the_audit_reports_a_failing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "bad", "good") as ws:
        await _one_broken(ws)
        pages = [page async for page in _read_listing(ws, ws.select([]))]
        ends = {page.account: page for page in pages if isinstance(page, AccountRead)}
        assert ends["good"].complete
        assert isinstance(ends["bad"].error, ProviderBrokenError)
        assert not any(isinstance(page, NotAudited) for page in pages)
