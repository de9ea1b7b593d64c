"""The probe's opinion is attached to credentials and marked when outdated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.state.verdicts import ProbedLogin
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.edit import edit
from smtptui.workspace.credentials.events import CredentialsRead
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.credentials.show import show
from smtptui.workspace.verification.events import VerificationDone
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions
from smtptui.workspace.verification.verify import verify
from tests.workspace.fake_provider import fake, workspace

AT = "2026-01-01T12:00:00Z"


def record_verdict(
    ws: Workspace, credential: Credential, *, status: str = "verified", reference: str | None = "env:PW"
) -> None:
    ws.state.verdicts.add(
        credential,
        ProbedLogin.from_credential(credential, reference),
        at=AT,
        status=status,
        verdict="auth.verified" if status == "verified" else "auth.rejected",
        detail="said",
        body={"id": "x"},
    )


async def test_both_opinions_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        seen = (await fake(ws, "a")).seed("1")
        record_verdict(ws, seen, status="failed")
        (event,) = [
            e async for e in list_credentials(ws, ws.select(["a/1"])) if isinstance(e, CredentialsRead)
        ]
        (listed,) = event.credentials
        assert listed.verification.probe.to_json() == {
            "status": "failed",
            "at": AT,
            "detail": "said",
            "verdict": "auth.rejected",
            "outdated": False,
        }
        assert listed.verification.summary is Status.FAILED
        assert (await show(ws, ("a", "1"))).verification == listed.verification


@pytest.mark.parametrize(
    ("change", "outdated"),
    [
        ({}, False),
        ({"from_name": "New"}, False),
        ({"host": "SMTP.example.com"}, False),
        ({"host": "other.example.com"}, True),
        ({"port": 25}, True),
        ({"username": "else"}, True),
        ({"security": "tls"}, True),
        ({"updated_at": "2026-01-01T11:00:00Z"}, False),
        ({"updated_at": "2026-01-01T13:00:00Z"}, True),
        (
            {
                "updated_at": "2026-01-01T13:00:01Z",
                "verification": Verification(Opinion(Status.VERIFIED, "2026-01-01T13:00:00Z")),
            },
            False,
        ),
    ],
)
async def test_a_verdict_about_an_earlier_version_is_outdated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], outdated: bool
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        seen = (await fake(ws, "a")).seed("1")
        record_verdict(ws, seen)
        (now,) = attach_probe_opinions(ws, [replace(seen, **change)])  # type: ignore[arg-type]
        assert now.verification.probe.outdated is outdated


async def test_only_an_edit_of_the_login_outdates_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        seen = (await fake(ws, "a")).seed("1")
        record_verdict(ws, seen)
        renamed = await edit(ws, seen, Change({"from_name": "New"}))
        assert not renamed.credential.verification.probe.outdated
        moved = await edit(ws, renamed.credential, Change({"port": 2525}))
        assert moved.credential.verification.probe.outdated
        back = await edit(ws, moved.credential, Change({"port": 587}))
        assert back.credential.verification.probe.outdated, "the password may have been changed in between"


async def test_a_verification_by_the_provider_keeps_the_probes_opinion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        seen = (await fake(ws, "a")).seed("1")
        record_verdict(ws, seen, status="failed")
        (done,) = [event async for event in verify(ws, [seen]) if isinstance(event, VerificationDone)]
        assert done.credential is not None
        assert done.credential.verification.provider.status is Status.VERIFIED
        assert done.credential.verification.probe.status is Status.FAILED
