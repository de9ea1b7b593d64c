"""Use cases that answer from memory, and what they were asked to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from smtptui.model.capability import Capabilities, Consent
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import LoginRefusedError, NotFoundError, SmtptuiError
from smtptui.model.verification import Opinion, ProbeOpinion, Status, Verification
from smtptui.secrets.secret import Secret
from smtptui.state.verdicts import ProbedLogin, VerdictRecord
from smtptui.tui.usecases import UseCases
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.credentials.edit_many import CommonField, find_common_fields
from smtptui.workspace.credentials.events import (
    AccountRead,
    AccountStarted,
    CredentialsRead,
    ItemDeleted,
    Stored,
)
from smtptui.workspace.credentials.export import Exported, ExportEvent, refuse_existing_file
from smtptui.workspace.verification.events import (
    VerificationDone,
    VerificationPlanned,
    VerificationStage,
    VerificationStarted,
)
from tests.canary import secret_text

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def credential(account: str, id: str, **more: Any) -> Credential:
    known: dict[str, Any] = {
        "provider": "blue",
        "host": "smtp.example.org",
        "port": 587,
        "security": "starttls",
        "auth": "password",
        "username": f"user-{id}",
        "from_email": f"{id}@example.org",
        "from_name": f"Name {id}",
        "password": PasswordState.STORED,
        "verification": Verification(Opinion(Status.VERIFIED, "2026-11-18T12:00:00Z")),
    }
    return Credential(account=account, id=id, **{**known, **more})


HOSTILE = "550 \x1b[31mred \u202e[/] [b]bold[/b]"


def verdict(id: str, item: Credential, *, at: str = "2026-11-21T11:57:00Z", **more: Any) -> VerdictRecord:
    """A verdict on record, with texts of a server that means harm."""
    mismatch = id.startswith("mismatch.")
    status = "failed" if mismatch else "verified"
    body: dict[str, Any] = {
        "id": id,
        "status": status,
        "cause": "Port 587 speaks clear SMTP first."
        if mismatch
        else "The server accepted the password (235).",
        "remedy": "Set the security to STARTTLS." if mismatch else "",
        "server_said": HOSTILE,
        "not_proven": ["sending", "delivery"],
        "stages": [
            {"name": "dns", "state": "ok", "ms": 12.3, "code": None, "enhanced": None, "text": "1 address"},
            {"name": "tcp", "state": "ok", "ms": 3.1, "code": None, "enhanced": None, "text": "192.0.2.1"},
            {"name": "tls", "state": "fail", "ms": 31.0, "code": 550, "enhanced": "5.7.1", "text": HOSTILE},
            {"name": "auth", "state": "not_reached", "ms": None, "code": None, "enhanced": None, "text": ""},
        ],
        "tls": {
            "version": "TLSv1.3",
            "trusted": True,
            "certificate": {"names": ["a.example"], "days_left": 61},
        },
        "auth": {"offered": ["PLAIN", HOSTILE], "chosen": "PLAIN", "attempts": 1},
        "address": "192.0.2.1:587",
        "edit": {"security": "starttls"} if mismatch else None,
        **more,
    }
    tried = ProbedLogin.from_credential(item, "env:MAIL_PASSWORD")
    return VerdictRecord(at, status, id, body["cause"], tried, body)


class FakeUseCases(UseCases):
    """`live` is what each account holds, or the error it fails with; `remembered` the last snapshot."""

    def __init__(
        self,
        live: dict[str, list[Credential] | SmtptuiError],
        *,
        providers: dict[str, str] | None = None,
        remembered: Sequence[Credential] = (),
        read_only: bool = False,
    ) -> None:
        super().__init__(cast(Any, None))
        self.live = live
        self.providers = providers or {}
        self.remembered = remembered
        self.everything_read_only = read_only
        self.asked: list[tuple[Any, ...]] = []
        self.gate: asyncio.Event | None = None
        self.verify_gate: asyncio.Event | None = None
        self.delete_gate: asyncio.Event | None = None
        self.probe_gate: asyncio.Event | None = None
        self.edit_gate: asyncio.Event | None = None
        self.export_gate: asyncio.Event | None = None
        self.probe_closed = False
        self.kept: dict[str, list[VerdictRecord]] = {}
        self.preloaded = False
        self.refusals: list[SmtptuiError] = []
        self.opinion = Opinion(Status.VERIFIED, None, "250 all good")
        self.warnings: tuple[str, ...] = ()
        self.mailing: tuple[str, ...] = ()
        self.notes: dict[str, str] = {}
        self.closed = False

    @property
    def account_names(self) -> tuple[str, ...]:
        return tuple(self.live)

    @property
    def whole_read_only(self) -> bool:
        return self.everything_read_only

    @property
    def notices(self) -> Sequence[str]:
        return ()

    def now(self) -> datetime:
        return NOW

    def provider_of(self, account: str) -> str:
        return self.providers.get(account, "blue")

    def capabilities(self, account: str) -> Capabilities:
        return import_module(f"smtptui.providers.{self.provider_of(account)}").SPEC.capabilities

    def read_only(self, account: str) -> bool:
        return self.everything_read_only

    def redact(self, text: str) -> str:
        return text.replace(secret_text(), "<secret>")

    async def preload(self) -> None:
        self.preloaded = True

    def snapshot(self) -> Iterator[CredentialsRead]:
        for item in self.remembered:
            yield CredentialsRead(item.account, [item], 1, "2026-11-20T12:00:00Z")

    async def list(self, accounts: Sequence[str] = ()) -> AsyncIterator[Any]:
        assert self.preloaded
        self.asked.append(("list", tuple(accounts)))
        for name in accounts or self.live:
            yield AccountStarted(name, self.provider_of(name))
        if self.gate is not None:
            await self.gate.wait()
        for name in accounts or self.live:
            held = self.live[name]
            if isinstance(held, SmtptuiError):
                yield AccountRead(name, self.provider_of(name), False, 0, held)
                continue
            yield CredentialsRead(name, list(held), len(held))
            note = self.notes.get(name, "")
            yield AccountRead(name, self.provider_of(name), not note, len(held), note=note)

    async def show(self, address: tuple[str, str]) -> Credential:
        held = self.live[address[0]]
        assert not isinstance(held, SmtptuiError)
        for item in held:
            if item.id == address[1]:
                return item
        raise NotFoundError("It is gone.", account=address[0])

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    def _store(self, stored: Credential) -> Stored:
        held = self.live[stored.account]
        assert not isinstance(held, SmtptuiError)
        self.live[stored.account] = [item for item in held if item.id != stored.id] + [stored]
        return Stored(stored)

    async def create(self, account: str, draft: Draft, consents: frozenset[Consent] = frozenset()) -> Stored:
        self.asked.append(("create", account, draft, consents))
        self._refuse()
        return self._store(credential(account, "new", **dict(draft.values)))

    async def edit(self, credential: Credential, change: Change) -> Stored:
        self.asked.append(("edit", credential, change))
        self._refuse()
        return self._store(replace(credential, **cast(Any, dict(change.values))))

    def common_fields(self, credentials: Sequence[Credential]) -> Sequence[CommonField]:
        return find_common_fields(cast(Any, self), credentials)

    async def edit_many(
        self, credentials: Sequence[Credential], texts: Mapping[str, str], *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        for number, item in enumerate(credentials):
            if stopped():
                return
            if self.edit_gate is not None and number:
                await self.edit_gate.wait()
            change = self.change(item.account, texts, native={})
            try:
                yield await self.edit(item, change)
            except SmtptuiError as error:
                yield ItemFailed(item.account, item.id, error)

    async def export(
        self, path: Path, addresses: Sequence[str], *, overwrite: bool
    ) -> AsyncIterator[ExportEvent]:
        self.asked.append(("export", path, tuple(addresses), overwrite))
        refuse_existing_file(path, overwrite=overwrite)
        for address in addresses:
            account, _, id = address.partition("/")
            yield CredentialsRead(account, [await self.show((account, id))], 1)
            if self.export_gate is not None:
                await self.export_gate.wait()
        yield self._exported(path, addresses)

    def _exported(self, path: Path, addresses: Sequence[str]) -> Exported:
        path.write_text("\n".join(addresses))
        return Exported(path, addresses, ())

    def edit_warnings(self, credential: Credential, change: Change) -> tuple[str, ...]:
        return self.warnings

    async def delete(
        self, credentials: Sequence[Credential], *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        for number, item in enumerate(credentials):
            if stopped():
                return
            if self.delete_gate is not None and number:
                await self.delete_gate.wait()
            self.asked.append(("delete", item.address))
            held = self.live[item.account]
            assert not isinstance(held, SmtptuiError)
            held[:] = [other for other in held if other.id != item.id]
            yield ItemDeleted(item.account, item.id)

    def delete_consequences(self, credentials: Sequence[Credential]) -> tuple[str, ...]:
        return ("Blue falls back to its own mail infrastructure.",)

    async def verify(
        self,
        credentials: Sequence[Credential],
        consents: frozenset[Consent] = frozenset(),
        *,
        stopped: Callable[[], bool],
    ) -> AsyncIterator[Any]:
        self.asked.append(("verify", [item.address for item in credentials], consents))
        yield VerificationPlanned(len(credentials))
        for number, item in enumerate(credentials):
            if stopped():
                return
            yield VerificationStarted(item.account, item.id)
            if self.verify_gate is not None and number:
                await self.verify_gate.wait()
            bad = "bad" in item.id
            opinion = Opinion(
                Status.FAILED if bad else Status.VERIFIED, "2026-11-21T12:00:00Z", "535 no" if bad else ""
            )
            yield VerificationDone(
                item.account,
                item.id,
                "provider",
                str(opinion.status),
                opinion.at,
                opinion.detail,
                item.with_opinion(opinion),
            )

    async def probe(
        self, credentials: Sequence[Credential], secrets: Mapping[str, Secret], *, stopped: Callable[[], bool]
    ) -> AsyncIterator[Any]:
        told = {address: secret.reveal() for address, secret in secrets.items()}
        known = [item for item in credentials if self.can_find_password(item) or item.address in secrets]
        yield VerificationPlanned(
            len(credentials), passwords=len(known), hosts=len({item.host for item in known})
        )
        self.asked.append(("probe", [item.address for item in credentials], told))
        try:
            for item in credentials:
                yield VerificationStarted(item.account, item.id)
                for stage in ("dns", "tcp", "banner"):
                    yield VerificationStage(item.account, item.id, stage, "running")
                    if stage == "banner" and self.probe_gate is not None:
                        await self.probe_gate.wait()
                    yield VerificationStage(item.account, item.id, stage, "ok")
                yield self._probed(item)
        finally:
            self.probe_closed = True

    def _probed(self, item: Credential) -> VerificationDone:
        bad = "bad" in item.id
        kept = verdict("mismatch.tls_on_clear_port" if bad else "auth.verified", item)
        self.kept.setdefault(item.address, []).insert(0, kept)
        opinion = ProbeOpinion(Status(kept.status), kept.at, kept.detail, kept.verdict)
        found = replace(item, verification=replace(item.verification, probe=opinion))
        return VerificationDone(
            item.account, item.id, "probe", kept.status, kept.at, kept.detail, found, kept.body
        )

    def probes(self, credentials: Sequence[Credential], consents: frozenset[Consent] = frozenset()) -> bool:
        return False

    def kept_verdicts(self, credential: Credential) -> Sequence[VerdictRecord]:
        return self.kept.get(credential.address, [])

    def sends_mail(self, credentials: Sequence[Credential]) -> tuple[str, ...]:
        return tuple(item.address for item in credentials if item.address in self.mailing)

    async def verify_draft(self, account: str, draft: Draft) -> Opinion:
        self.asked.append(("test", account, draft))
        self._refuse()
        return self.opinion

    def can_find_password(self, credential: Credential) -> bool:
        return credential.password is PasswordState.READABLE

    async def stored_password(self, credential: Credential) -> Secret:
        self.asked.append(("stored password", credential.address))
        return Secret(secret_text("stored"))

    async def close(self) -> None:
        self.closed = True

    def calls(self, kind: str) -> Sequence[tuple[Any, ...]]:
        return [call for call in self.asked if call[0] == kind]


def two_accounts(**more: Any) -> FakeUseCases:
    """Three credentials at one account, one at another, and an account whose login is refused."""
    return FakeUseCases(
        {
            "acme": [
                credential("acme", "one", host="smtp.alpha.example"),
                credential("acme", "two", host="mail.beta.example", port=465, security="tls"),
                credential(
                    "acme",
                    "three",
                    verification=Verification(Opinion(Status.FAILED, "2026-10-01T12:00:00Z", "535 no")),
                ),
            ],
            "other": [credential("other", "far", from_name="Distant")],
            "broken": LoginRefusedError("The token was refused.", account="broken"),
        },
        **more,
    )
