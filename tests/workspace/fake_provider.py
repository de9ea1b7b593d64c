"""A provider in memory whose responses can be lost."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smtptui.config.model import LimitsConfig, ProbeConfig
from smtptui.model.capability import (
    READ_WRITE,
    Access,
    Capabilities,
    Consent,
    FieldCapability,
    PasswordUpdate,
    ProviderOperation,
)
from smtptui.model.change import Change, Draft, Set
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import NotFoundError, OutcomeUnknownError, SmtptuiError
from smtptui.model.verification import Opinion, Status
from smtptui.providers.base import (
    NO_CONSENT,
    Account,
    Check,
    Deletion,
    ListingEnd,
    Page,
    Provider,
    ProviderSpec,
    VerificationResult,
)
from smtptui.workspace.core import configuration
from smtptui.workspace.core import workspace as opening
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace

CAPABILITIES = Capabilities(
    provider="fake",
    title="Fake",
    fields={
        "host": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "port": FieldCapability(Access.READ_WRITE, required=True, clearable=False),
        "security": FieldCapability(Access.COERCED, note="the port decides"),
        "auth": FieldCapability(Access.CREATE_ONLY, choices=("password", "none")),
        "username": FieldCapability(Access.READ_WRITE, required=True),
        "password": FieldCapability(Access.WRITE_ONLY, readable=False, required=True),
        "from_email": READ_WRITE,
        "from_name": FieldCapability(Access.READ_WRITE, max_length=10),
        "default": READ_WRITE,
    },
    operations=frozenset(
        {
            ProviderOperation.LIST,
            ProviderOperation.CHECK,
            ProviderOperation.CREATE,
            ProviderOperation.UPDATE,
            ProviderOperation.DELETE,
            ProviderOperation.VERIFY_STORED,
            ProviderOperation.SET_DEFAULT,
        }
    ),
    password_updates=frozenset({PasswordUpdate.KEEP, PasswordUpdate.SET}),
    resends_password_on=frozenset({"host"}),
    delete_consequence="Fake sends no more mail.",
)


class FakeProvider(Provider):
    """Records of one account. `lose` names how the next `losses` writes end; `broken` fails every call.

    `left` is what an interrupted run left unfinished; the next update settles it. `lose_of` and `refuse_of` are by
    username: how that record's creates end from now on. `whole` False makes every listing incomplete.
    """

    capabilities = CAPABILITIES

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.records: dict[str, Credential] = {}
        self.calls: list[str] = []
        self.lose: str | None = None
        self.losses = 1
        self.left: str | None = None
        self.by_key: dict[str, str] = {}
        self.keys: list[str] = []
        self.broken: Exception | None = None
        self.verdicts: dict[str, Opinion | SmtptuiError] = {}
        self.clock = 0
        self.lose_of: dict[str, str] = {}
        self.refuse_of: dict[str, SmtptuiError] = {}
        self.whole = True
        self.on_write: Callable[[str], object] = lambda _what: None

    def seed(self, id: str, **fields: Any) -> Credential:
        values: dict[str, Any] = {
            "host": "smtp.example.com",
            "port": 587,
            "username": f"u{id}",
            "auth": "password",
        }
        values.update(fields)
        self.records[id] = Credential(
            account=self.account.name,
            provider="fake",
            id=id,
            password=PasswordState.STORED,
            updated_at=self._tick(),
            **values,
        )
        return self.records[id]

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        self._call("list")
        for record in list(self.records.values()):
            yield Page([record], len(self.records))
        yield ListingEnd(complete=self.whole, note="" if self.whole else "it moved while it was read")

    async def check(self) -> Check:
        self._call("check")
        return Check("fake login", {ProviderOperation.LIST: True})

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        username = draft.text("username") or ""
        with self._write("create", self.lose_of.get(username)):
            if username in self.refuse_of:
                raise self.refuse_of[username]
            if draft.password is not None:
                draft.password.reveal()
            self.keys.append(key)
            if key not in self.by_key:
                self.by_key[key] = self.seed(str(len(self.records) + 1), **draft.values).id
            return self.records[self.by_key[key]]

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        with self._write(f"update {sorted(change.changed_fields())}"):
            if isinstance(change.password, Set):
                change.password.secret.reveal()
            self.left = None
            values: dict[str, Any] = {**change.values, "updated_at": self._tick()}
            self.records[id] = replace(self.records[id], **values)
            return self.records[id]

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        with self._write("delete"):
            if id not in self.records:
                raise NotFoundError("gone")
            del self.records[id]
            return Deletion("")

    async def verify_stored(
        self, current: Credential, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> VerificationResult:
        self._call("verify")
        verdict = self.verdicts.get(current.id, Opinion(Status.VERIFIED, "2026-01-01T00:00:00Z"))
        if isinstance(verdict, SmtptuiError):
            raise verdict
        return VerificationResult(verdict, current.with_opinion(verdict))

    def list_unfinished(self) -> Sequence[str]:
        return (self.left,) if self.left else ()

    async def set_default(self, id: str) -> Credential:
        with self._write("set_default"):
            self.records = {key: replace(item, default=key == id) for key, item in self.records.items()}
            return self.records[id]

    def _tick(self) -> str:
        self.clock += 1
        return f"2026-01-01T00:00:{self.clock:02d}Z"

    def _call(self, what: str) -> None:
        self.calls.append(what)
        if self.broken is not None:
            raise self.broken

    @contextmanager
    def _write(self, what: str, lose_this: str | None = None) -> Iterator[None]:
        self._call(what)
        self.on_write(what)
        lose, self.losses = lose_this or self.lose, self.losses - 1
        if self.losses <= 0:
            self.lose = None
        if lose == "before":
            raise OutcomeUnknownError("The connection broke.")
        yield
        if lose == "after":
            raise OutcomeUnknownError("The connection broke.")


SPEC = ProviderSpec(
    name="fake",
    title="Fake",
    capabilities=CAPABILITIES,
    settings=(),
    adapter=f"{__name__}:FakeProvider",
    base_url="https://fake.example",
)


def workspace(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *names: str,
    read_only: bool = False,
    passwords: Mapping[str, Any] | None = None,
) -> Workspace:
    """Return a workspace with fake accounts and a fixed clock."""
    for room in (opening, configuration):
        monkeypatch.setattr(room, "provider_spec", lambda _name: replace(SPEC, adapter="fake:in memory"))
    monkeypatch.setattr(ProviderSpec, "open", lambda _self, account: FakeProvider(account))
    config = SimpleNamespace(
        accounts={
            name: SimpleNamespace(
                name=name,
                provider="fake",
                settings={},
                base_url=None,
                read_only=False,
                concurrency=4,
                timeout=5.0,
                ca_file=None,
                proxy=None,
            )
            for name in names
        },
        passwords=passwords or {},
        warnings=(),
        probe=ProbeConfig(),
        limits=LimitsConfig(),
    )
    return Workspace(
        config,  # type: ignore[arg-type]
        Options(state_dir=str(tmp_path), read_only=read_only),
        now=lambda: datetime(2026, 1, 2, tzinfo=UTC),
    )


async def fake(ws: Workspace, account: str) -> FakeProvider:
    provider = await ws.provider(account)
    assert isinstance(provider, FakeProvider)
    return provider
