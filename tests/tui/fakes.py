"""A real workspace whose providers hold their records in memory, and keep what they were asked to do."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import weakref
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from smtptui.config.model import AccountConfig, Config
from smtptui.model.capability import Capabilities, Consent, ProviderOperation
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import LoginRefusedError, NotFoundError, SmtptuiError
from smtptui.model.identity import Identity
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.probe.bulk import ProbeEnded, ProbeEvent, ProbesPlanned, StageChanged
from smtptui.probe.stages import Stage, StageState
from smtptui.probe.target import ProbeTarget
from smtptui.probe.verdict import Verdict
from smtptui.providers.base import Account, Check, Deletion, ListingEnd, Page, Provider, VerificationResult
from smtptui.secrets.secret import Secret
from smtptui.state.verdicts import ProbedLogin, VerdictRecord
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
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


class FakeWorkspace(Workspace):
    """`live` is what each account holds, or the error it fails with; `remembered` the last snapshot.

    `asked` keeps every call that reached a provider: its kind first, then what it was about. A gate in `gates` holds
    up every call of its kind but the first (of "list", every one). An error in `failures` is raised by every call of
    its kind. `refusals` are raised by the next writes and tests.
    """

    def __init__(
        self,
        live: Mapping[str, list[Credential] | SmtptuiError],
        *,
        providers: Mapping[str, str] | None = None,
        remembered: Sequence[Credential] = (),
        read_only: bool = False,
    ) -> None:
        folder = Path(tempfile.mkdtemp(prefix="smtptui-fake-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.live = dict(live)
        self.time = NOW - timedelta(days=1)
        self.asked: list[tuple[Any, ...]] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.failures: dict[str, Exception] = {}
        self.refusals: list[SmtptuiError] = []
        self.opinion = Opinion(Status.VERIFIED, None, "250 all good")
        self.notes: dict[str, str] = {}
        self.is_closed = False
        named = providers or {}
        accounts = {
            name: AccountConfig(name=name, provider=named.get(name, "blue"), source=folder / "config.toml")
            for name in live
        }
        super().__init__(
            Config(path=folder / "config.toml", accounts=accounts),
            Options(state_dir=str(folder / "state"), read_only=read_only),
            now=lambda: self.time,
        )
        self.redactor.add(secret_text())
        for name in dict.fromkeys(item.account for item in remembered):
            writer = self.state.snapshot_writer(name, self.provider_of(name))
            writer.add([item for item in remembered if item.account == name])
            writer.finish(complete=True, note="")
        self.time = NOW

    async def provider(self, account: str) -> Provider:
        if account not in self._providers:
            opened = Account(
                name=account,
                settings={},
                memory=self.state.account_memory(account),
                session=_no_session,
                now=self.now,
                concurrency=4,
            )
            self._providers[account] = FakeProvider(opened, self)
        return self._providers[account]

    async def aclose(self) -> None:
        self.is_closed = True
        await super().aclose()

    def keep_verdicts(self, item: Credential, *records: VerdictRecord) -> None:
        """Put verdicts of our probe on record, the oldest first."""
        for record in records:
            self.state.verdicts.add(
                item,
                record.login,
                at=record.at,
                status=record.status,
                verdict=record.verdict,
                detail=record.detail,
                body=record.body,
            )

    def store(self, stored: Credential) -> None:
        """Change a record behind the program's back."""
        held = self.live[stored.account]
        assert not isinstance(held, SmtptuiError)
        held[:] = [stored if item.id == stored.id else item for item in held]

    async def ask(self, kind: str, *about: Any, hold_first: bool = False) -> None:
        """Keep a call, then hold it up where its kind has a gate."""
        is_first = not self.calls(kind)
        self.asked.append((kind, *about))
        if kind in self.failures:
            raise self.failures[kind]
        if kind in self.gates and (hold_first or not is_first):
            await self.gates[kind].wait()

    def calls(self, kind: str) -> list[tuple[Any, ...]]:
        return [call for call in self.asked if call[0] == kind]


def _no_session() -> Any:
    raise AssertionError("a fake provider speaks no HTTP")


class FakeProvider(Provider):
    """One account of a FakeWorkspace, with the capabilities of the real provider it stands for."""

    def __init__(self, account: Account, ws: FakeWorkspace) -> None:
        super().__init__(account)
        self._ws = ws
        self.capabilities: Capabilities = ws.capabilities(account.name)  # type: ignore[misc]

    @property
    def _records(self) -> list[Credential]:
        held = self._ws.live[self.account.name]
        if isinstance(held, SmtptuiError):
            raise held
        return held

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        await self._ws.ask("list", self.account.name, hold_first=True)
        records = list(self._records)
        if records:
            yield Page(records, len(records))
        note = self._ws.notes.get(self.account.name, "")
        yield ListingEnd(complete=not note, note=note)

    async def check(self) -> Check:
        await self._ws.ask("check", self.account.name)
        return Check("a fake login", {ProviderOperation.LIST: True})

    async def get(self, id: str) -> Credential:
        await self._ws.ask("get", f"{self.account.name}/{id}")
        return self._find(id)

    def _find(self, id: str) -> Credential:
        for item in self._records:
            if item.id == id:
                return item
        raise NotFoundError("It is gone.", account=self.account.name, id=id)

    def check_draft(self, draft: Draft) -> None:
        """What a draft must hold is the business of the real provider."""

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = frozenset()
    ) -> Credential:
        await self._ws.ask("create", self.account.name, draft, consents)
        self._refuse()
        stored = credential(
            self.account.name, "new", **{"provider": self.capabilities.provider, **draft.values}
        )
        self._records.append(stored)
        return stored

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        await self._ws.ask("edit", current, change)
        self._refuse()
        return self._replace(replace(self._find(id), **cast(Any, dict(change.values))))

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        await self._ws.ask("delete", f"{self.account.name}/{id}")
        self._records.remove(self._find(id))
        return Deletion()

    async def reveal(self, id: str, *, login: Identity | None = None) -> Secret:
        await self._ws.ask("reveal", f"{self.account.name}/{id}")
        return Secret(secret_text("stored"))

    async def verify_draft(self, draft: Draft) -> Opinion:
        await self._ws.ask("test", self.account.name, draft)
        self._refuse()
        return self._ws.opinion

    async def verify_stored(
        self, current: Credential, *, key: str, consents: frozenset[Consent] = frozenset()
    ) -> VerificationResult:
        """A record fails where its id holds "bad"."""
        await self._ws.ask("verify", current.address, consents)
        bad = "bad" in current.id
        opinion = Opinion(
            Status.FAILED if bad else Status.VERIFIED, "2026-11-21T12:00:00Z", "535 no" if bad else ""
        )
        return VerificationResult(opinion, self._replace(current.with_opinion(opinion)))

    async def set_default(self, id: str) -> Credential:
        await self._ws.ask("set default", f"{self.account.name}/{id}")
        self._records[:] = [replace(item, default=item.id == id) for item in self._records]
        return self._find(id)

    def _replace(self, stored: Credential) -> Credential:
        self._ws.store(stored)
        return stored

    def _refuse(self) -> None:
        if self._ws.refusals:
            raise self._ws.refusals.pop(0)


class ScriptedProbe:
    """Stands for `probe_many`: no socket is opened. A login fails where its user holds "bad".

    `gate` holds up the stage "banner" of each. `asked` keeps the users that were tried, with their passwords.
    """

    def __init__(self) -> None:
        self.gate: asyncio.Event | None = None
        self.asked: list[dict[str | None, str | None]] = []
        self.is_closed = False

    async def probe_many(
        self, targets: Sequence[ProbeTarget], options: object, *, is_held: object
    ) -> AsyncGenerator[ProbeEvent, None]:
        secrets = {item.username: item.secret.reveal() if item.secret else None for item in targets}
        hosts = [item.host for item in targets if item.secret is not None]
        yield ProbesPlanned(len(targets), len(targets), {host: hosts.count(host) for host in hosts})
        self.asked.append(secrets)
        try:
            for number, target in enumerate(targets):
                for name in ("dns", "tcp", "banner"):
                    yield StageChanged((number,), Stage(name, StageState.RUNNING))
                    if name == "banner" and self.gate is not None:
                        await self.gate.wait()
                    yield StageChanged((number,), Stage(name, StageState.OK))
                yield ProbeEnded((number,), self._judge(target))
        finally:
            self.is_closed = True

    def _judge(self, target: ProbeTarget) -> Verdict:
        item = credential("acme", "probed", username=target.username)
        bad = "bad" in (target.username or "")
        return cast(Verdict, _Judged(verdict("mismatch.tls_on_clear_port" if bad else "auth.verified", item)))


class _Judged:
    def __init__(self, record: VerdictRecord) -> None:
        self.id, self.status, self.cause = record.verdict, record.status, record.detail
        self.body = record.body
        self.edit = record.body["edit"]

    def to_json(self) -> Mapping[str, Any]:
        return self.body


def one_account() -> FakeWorkspace:
    """Four credentials at one account, which are worked on one after the other."""
    return FakeWorkspace({"acme": [credential("acme", id) for id in ("one", "two", "three", "four")]})


def two_accounts(**more: Any) -> FakeWorkspace:
    """Three credentials at one account, one at another, and an account whose login is refused."""
    return FakeWorkspace(
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
