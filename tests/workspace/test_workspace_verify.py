"""Verify credentials through their providers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    ForbiddenError,
    LoginRefusedError,
    OutcomeUnknownError,
    ReadOnlyError,
    UnsupportedError,
)
from smtptui.model.verification import Opinion, Status
from smtptui.providers.base import VerificationResult
from smtptui.workspace.core import workspace as opening
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.verification.events import VerificationDone, VerificationPlanned
from smtptui.workspace.verification.verify import find_mail_verifications, verify
from tests.workspace.fake_provider import CAPABILITIES, SPEC, fake, workspace


async def test_every_credential_gets_its_own_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        one, two = await fake(ws, "a"), await fake(ws, "b")
        items = [one.seed("1"), one.seed("2"), two.seed("1")]
        one.verdicts["1"] = Opinion(Status.FAILED, None, "535")
        one.verdicts["2"] = ForbiddenError("not yours")
        found = [event async for event in verify(ws, items)]
        assert found[0] == VerificationPlanned(3)
        done = {
            f"{event.account}/{event.id}": event for event in found if isinstance(event, VerificationDone)
        }
        assert {address: event.status for address, event in done.items()} == {
            "a/1": "failed",
            "b/1": "verified",
        }
        (failed,) = [event for event in found if isinstance(event, ItemFailed)]
        assert (failed.account, failed.id) == ("a", "2")


async def test_a_refused_login_stops_only_its_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", "b") as ws:
        one, two = await fake(ws, "a"), await fake(ws, "b")
        items = [one.seed("1"), one.seed("2"), two.seed("1")]
        one.broken = LoginRefusedError("no")
        found = [event async for event in verify(ws, items)]
        assert len([event for event in found if isinstance(event, ItemFailed)]) == 2
        assert one.calls == ["verify"]
        assert [event.account for event in found if isinstance(event, VerificationDone)] == ["b"]


@pytest.mark.parametrize(
    ("stamp", "status"),
    [
        (Opinion(Status.VERIFIED, "2026-01-02T00:00:00Z"), "verified"),
        (Opinion(Status.FAILED, None), "failed"),
        (None, None),
    ],
)
async def test_reading_again_settles_a_verification_whose_response_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stamp: Opinion | None, status: str | None
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        known = (
            Opinion(Status.FAILED, None)
            if status == "failed"
            else Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z")
        )
        item = provider.records["1"] = provider.seed("1").with_opinion(known)

        async def lost(current: Credential, **_: object) -> VerificationResult:
            provider.calls.append("verify")
            if stamp is not None:
                provider.records["1"] = replace(item.with_opinion(stamp), updated_at="2026-01-02T00:00:00Z")
            raise OutcomeUnknownError("The connection broke.")

        monkeypatch.setattr(provider, "verify_stored", lost)
        *_, last = [event async for event in verify(ws, [item])]
        assert provider.calls.count("verify") == 1
        if status is None:
            assert isinstance(last, ItemFailed) and isinstance(last.error, OutcomeUnknownError)
        else:
            assert isinstance(last, VerificationDone) and last.status == status


async def test_the_result_is_unknown_where_no_method_is_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        item = (await fake(ws, "a")).seed("1")
        cannot = replace(CAPABILITIES, operations=CAPABILITIES.operations - {ProviderOperation.VERIFY_STORED})
        monkeypatch.setattr(opening, "provider_spec", lambda _name: replace(SPEC, capabilities=cannot))
        (done,) = [event async for event in verify(ws, [item]) if isinstance(event, VerificationDone)]
        assert (done.method, done.status) == ("none", "unknown")
        assert "no password is known for our own probe: [passwords] can name one" in done.detail
        (failed,) = [
            event async for event in verify(ws, [item], method="provider") if isinstance(event, ItemFailed)
        ]
        assert isinstance(failed.error, UnsupportedError)
        assert "probe" not in failed.error.message
        with pytest.raises(UnsupportedError, match="magic"):
            [event async for event in verify(ws, [item], method="magic")]


async def test_a_real_mail_is_sent_only_with_consent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        item = provider.seed("1")
        mailing = replace(CAPABILITIES, verify_sends_mail=True)
        monkeypatch.setattr(opening, "provider_spec", lambda _name: replace(SPEC, capabilities=mailing))
        assert find_mail_verifications(ws, [item]) == ("a/1",)
        (done,) = [event async for event in verify(ws, [item]) if isinstance(event, VerificationDone)]
        assert done.status == "unknown" and "--send-mail" in done.detail
        assert provider.calls == []


async def test_a_read_only_account_needs_no_consent_to_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", read_only=True) as ws:
        provider = await fake(ws, "a")
        item = provider.seed("1")
        mailing = replace(CAPABILITIES, verify_sends_mail=True)
        monkeypatch.setattr(opening, "provider_spec", lambda _name: replace(SPEC, capabilities=mailing))
        assert find_mail_verifications(ws, [item]) == ()
        (failed,) = [event async for event in verify(ws, [item]) if isinstance(event, ItemFailed)]
        assert isinstance(failed.error, ReadOnlyError)
        assert provider.calls == []
