"""The contract suite: the tests that every provider must pass, against a server that its author starts.

    from smtptui.testing.contract import Fault, ProviderContract

    class TestMine(ProviderContract):
        spec = SPEC
        base_url = "http://127.0.0.1:8080"

        def settings(self):
            return {"token": "pw-the-token-of-the-test-account"}

        def draft(self, number):
            return Draft({"host": "smtp.example.org", "port": 587, "username": f"u{number}"}, Secret("pw-draft"))

`settings` and `draft` are required; the tests write to the account. `inject` and `stored_password` are optional:
without them the tests that need them are skipped, with the reason, as are tests of operations that the capabilities
do not declare. The tests run their own event loop and need no pytest plugin.
"""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, ClassVar, TypeVar
from unittest import SkipTest

from smtptui.model.capability import Access, Consent, PasswordUpdate, ProviderOperation
from smtptui.model.change import Change, Clear, Draft, Set, Value
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    ConflictError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    RateLimitedError,
    ReadOnlyError,
    RemoteState,
    SecretMissingError,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS, FieldKind
from smtptui.model.identity import identity_of
from smtptui.model.timestamps import parse_timestamp
from smtptui.model.verification import Status
from smtptui.providers.base import Account, ListingEnd, Page, Provider, ProviderSpec
from smtptui.secrets.secret import Secret
from smtptui.testing.account import make_account
from smtptui.testing.memory import DictMemory

T = TypeVar("T")

MISSING_ID = "no-such-record"
ALL_CONSENTS = frozenset(Consent)
FOREVER = 1000
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class ServerFault:
    """A fault that the server injects into the next `times` requests of the account under test."""

    status: int | None = None
    retry_after: int | None = None
    body: str | None = None
    """`html` or `truncated`."""
    drop: str | None = None
    """Close the connection `before` handling the request, or `after` it without a response."""
    latency_ms: int | None = None
    times: int = FOREVER

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are set, in the format of the sandbox."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in fields.items() if value is not None}


def with_provider(test: Callable[[Any, Provider], Awaitable[None]]) -> Callable[[Any], None]:
    """Turn an async test into a plain one with a new provider, in its own event loop."""

    def run(self: ProviderContract) -> None:
        self.run(lambda provider: test(self, provider))

    run.__name__, run.__qualname__, run.__doc__ = test.__name__, test.__qualname__, test.__doc__
    return run


def with_faults(test: Callable[[Any, Provider], Awaitable[None]]) -> Callable[[Any], None]:
    """Like `with_provider`, for a test that injects faults; it is skipped where that is not possible."""
    run_test = with_provider(test)

    def run(self: ProviderContract) -> None:
        self.inject(None)
        try:
            run_test(self)
        finally:
            self.inject(None)

    run.__name__, run.__qualname__, run.__doc__ = test.__name__, test.__qualname__, test.__doc__
    return run


class ProviderContract:
    """The suite. Subclass it as `Test…` with `spec`, `settings` and `draft`."""

    spec: ClassVar[ProviderSpec]
    base_url: str | None = None

    def settings(self) -> Mapping[str, str | Mapping[str, str]]:
        """Return the account's settings, secrets as text."""
        raise SkipTest("define settings(): how to log in at the server")

    def draft(self, number: int) -> Draft:
        """Return a draft that the provider accepts, with another identity for each number."""
        raise SkipTest("define draft(number): a record that the provider accepts")

    def inject(self, fault: ServerFault | None) -> None:
        """Inject a fault into the server; None removes it."""
        raise SkipTest("inject(fault) is not defined: server faults cannot be tested")

    def stored_password(self, id: str) -> str | None:
        """Return the password that the server has stored, without using the adapter."""
        raise SkipTest("stored_password(id) is not defined: the stored password cannot be compared")

    # Helpers.

    def open_account(self, **options: Any) -> Account:
        """Create an account of the provider under test; `options` are those of `make_account`."""
        given = {"settings": self.settings(), "base_url": self.base_url, **options}
        return make_account(self.spec, given.pop("settings"), **given)

    def run(self, case: Callable[[Provider], Awaitable[T]], **options: Any) -> T:
        """Run a case in its own event loop, close the session, and return the result."""

        async def whole() -> T:
            account = self.open_account(**options)
            try:
                return await case(self.spec.open(account))
            finally:
                await account.session().aclose()

        return asyncio.run(whole())

    def require(self, *operations: ProviderOperation) -> None:
        """Skip the test unless the capabilities declare the operations."""
        for operation in operations:
            if not self.spec.capabilities.can(operation):
                raise SkipTest(f"{self.spec.title} declares no {operation}")

    def require_password(self) -> None:
        """Skip the test if the provider stores no password."""
        if self.spec.capabilities.for_field("password").access is Access.ABSENT:
            raise SkipTest(f"{self.spec.title} stores no password")

    async def create_record(
        self, provider: Provider, draft: Draft | None = None, key: str = ""
    ) -> Credential:
        """Create a record from a new draft."""
        number = next(_NUMBERS)
        return await provider.create(
            draft or self.draft(number), key=key or f"contract-{number}-{id(provider)}", consents=ALL_CONSENTS
        )

    def harmless_change(self) -> Change:
        """Return a change of one field that the provider can update, with the password where it is required."""
        capabilities = self.spec.capabilities
        wanted: dict[str, Value] = {"from_name": "Änderung", "name": "Änderung", "port": 2525}
        for name, value in wanted.items():
            if capabilities.for_field(name).access in (Access.READ_WRITE, Access.WRITE_ONLY):
                secret = self.draft(0).password if capabilities.whole_record else None
                return Change({name: value}, Set(secret)) if secret else Change({name: value})
        raise SkipTest(f"{self.spec.title} updates neither from_name, name nor port")

    # Capabilities.

    def test_constructing_makes_no_request(self) -> None:
        account = self.open_account()
        provider = self.spec.open(account)
        assert isinstance(provider, Provider)
        assert list(provider.list_unfinished()) == []
        assert account.session().requests_sent == 0

    def test_spec_is_consistent_data(self) -> None:
        spec, capabilities = self.spec, self.spec.capabilities
        assert spec.name == capabilities.provider and spec.title
        assert self.spec.open(self.open_account()).capabilities is capabilities
        assert set(capabilities.fields) <= {field.name for field in PLAIN_WRITABLE_FIELDS} | {"password"}
        assert len({setting.name for setting in spec.settings}) == len(spec.settings)
        assert {ProviderOperation.LIST, ProviderOperation.CHECK} <= capabilities.operations
        json.dumps(capabilities.to_json())

    def test_declared_operations_are_there_and_no_others(self) -> None:
        kind = type(self.spec.open(self.open_account()))
        for operation in ProviderOperation:
            own = getattr(kind, operation) is not getattr(Provider, operation)
            assert own == self.spec.capabilities.can(operation), operation

    @with_provider
    async def test_undeclared_operations_are_unsupported(self, provider: Provider) -> None:
        undeclared = [item for item in ProviderOperation if not self.spec.capabilities.can(item)]
        if not undeclared:
            raise SkipTest(f"{self.spec.title} declares every operation")
        current = Credential(account=provider.account.name, provider=self.spec.name, id=MISSING_ID)
        given: dict[str, Any] = {
            "id": MISSING_ID,
            "draft": self.draft(0),
            "change": Change(),
            "current": current,
            "key": "k",
            "active": True,
            "consents": ALL_CONSENTS,
            "login": None,
        }
        for operation in undeclared:
            method = getattr(provider, operation)
            names = inspect.signature(method).parameters
            error = await expect_error(method(**{name: given[name] for name in names}), UnsupportedError)
            assert error.operation == operation and error.account == provider.account.name
        assert provider.account.session().requests_sent == 0

    # Reading.

    @with_provider
    async def test_list_is_complete_and_without_duplicates(self, provider: Provider) -> None:
        if self.spec.capabilities.can(ProviderOperation.CREATE):
            await self.create_record(provider)
            if not self.spec.capabilities.single_record:
                await self.create_record(provider)
        records, end = await list_all(provider)
        ids = [record.id for record in records]
        assert end.complete, end.note
        assert len(ids) == len(set(ids))
        for record in records:
            assert (record.account, record.provider) == (provider.account.name, self.spec.name)
            assert Credential.from_json(json.loads(json.dumps(record.to_json()))) == record

    @with_provider
    async def test_lists_at_the_same_time_agree(self, provider: Provider) -> None:
        found = await asyncio.gather(*(list_all(provider) for _ in range(3)))
        assert len({tuple(record.id for record in records) for records, _ in found}) == 1

    def test_check_returns_what_the_login_may_do(self) -> None:
        found = self.run(lambda provider: provider.check())
        assert found.login
        assert set(found.may) <= self.spec.capabilities.operations
        json.dumps(found.to_json())

    @with_provider
    async def test_a_missing_record_is_not_found(self, provider: Provider) -> None:
        current = Credential(account=provider.account.name, provider=self.spec.name, id=MISSING_ID)
        if ProviderOperation.GET in self.spec.capabilities.operations:
            await expect_error(provider.get(MISSING_ID), NotFoundError)
        if ProviderOperation.UPDATE in self.spec.capabilities.operations:
            await expect_error(
                provider.update(MISSING_ID, self.harmless_change(), current=current), NotFoundError
            )
        if ProviderOperation.DELETE in self.spec.capabilities.operations:
            await expect_error(provider.delete(MISSING_ID), NotFoundError)
        if ProviderOperation.REVEAL in self.spec.capabilities.operations:
            await expect_error(provider.reveal(MISSING_ID), NotFoundError)

    @with_provider
    async def test_a_password_is_revealed_only_for_its_own_login(self, provider: Provider) -> None:
        if not self.spec.capabilities.can(ProviderOperation.REVEAL):
            raise SkipTest(f"{self.spec.title} cannot reveal passwords")
        record = await self.create_record(provider)
        login = identity_of(record)
        assert (await provider.reveal(record.id, login=login)).reveal()
        other = login._replace(username="somebody-else")
        await expect_error(provider.reveal(record.id, login=other), ConflictError)

    # Writing.

    @with_provider
    async def test_create_returns_an_id_and_is_listed(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE)
        draft = self.draft(next(_NUMBERS))
        stored = await self.create_record(provider, draft)
        assert stored.id
        listed = await find_listed(provider, stored.id)
        for name, value in draft.values.items():
            if value is not None and self.spec.capabilities.for_field(name).access is not Access.ABSENT:
                assert listed.get(name) == value, name

    @with_provider
    async def test_create_with_the_same_key_makes_one_record(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE)
        if not self.spec.capabilities.idempotent_create:
            raise SkipTest(f"{self.spec.title} declares no idempotent create")
        number = next(_NUMBERS)
        draft, key = self.draft(number), f"contract-twice-{number}-{id(provider)}"
        first = await self.create_record(provider, draft, key)
        assert (await self.create_record(provider, draft, key)).id == first.id

    @with_provider
    async def test_values_in_every_script_round_trip(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE)
        odd = {"name": "=1+1 ☃ [b]x[/b]", "from_name": "Zoë 山田 🜁", "reply_to_name": '"quoted" \\ back'}
        values = {
            name: text
            for name, text in odd.items()
            if self.spec.capabilities.for_field(name).access
            in (Access.READ_WRITE, Access.WRITE_ONLY, Access.CREATE_ONLY)
        }
        draft = self.draft(next(_NUMBERS))
        stored = await self.create_record(provider, replace(draft, values={**draft.values, **values}))
        listed = await find_listed(provider, stored.id)
        assert {name: listed.get(name) for name in values} == values

    @with_provider
    async def test_update_changes_only_the_named_fields(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE, ProviderOperation.UPDATE)
        change = self.harmless_change()
        before = await self.create_record(provider)
        await provider.update(before.id, change, current=before)
        after = await find_listed(provider, before.id)
        for field in PLAIN_WRITABLE_FIELDS:
            expected = change.values.get(field.name, before.get(field.name))
            assert after.get(field.name) == expected, field.name

    @with_provider
    async def test_update_without_a_password_keeps_the_stored_one(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE, ProviderOperation.UPDATE)
        self.require_password()
        draft = self.draft(next(_NUMBERS))
        before = await self.create_record(provider, draft)
        change = replace(self.harmless_change(), password=Change().password)
        if self.spec.capabilities.whole_record:
            sent = provider.account.session().requests_sent
            await expect_error(provider.update(before.id, change, current=before), SecretMissingError)
            assert provider.account.session().requests_sent == sent
        else:
            await provider.update(before.id, change, current=before)
        assert draft.password is not None
        assert await self._read_password(provider, before.id) == draft.password.reveal()

    @with_provider
    async def test_update_replaces_the_password(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE, ProviderOperation.UPDATE)
        self.require_password()
        draft = self.draft(next(_NUMBERS))
        before = await self.create_record(provider, draft)
        assert draft.password is not None
        other = Secret(draft.password.reveal() + "-ünïcode \"'\\")
        await provider.update(before.id, Change(password=Set(other)), current=before)
        assert await self._read_password(provider, before.id) == other.reveal()

    @with_provider
    async def test_clearing_the_password_is_refused_where_it_is_not_declared(
        self, provider: Provider
    ) -> None:
        self.require(ProviderOperation.CREATE, ProviderOperation.UPDATE)
        if PasswordUpdate.CLEAR in self.spec.capabilities.password_updates:
            raise SkipTest(f"{self.spec.title} declares that a password can be cleared")
        before = await self.create_record(provider)
        sent = provider.account.session().requests_sent
        await expect_error(
            provider.update(before.id, Change(password=Clear()), current=before), UnsupportedError
        )
        assert provider.account.session().requests_sent == sent

    @with_provider
    async def test_delete_removes_and_a_second_one_is_not_found(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE, ProviderOperation.DELETE)
        stored = await self.create_record(provider)
        await provider.delete(stored.id, current=await find_listed(provider, stored.id))
        records, _ = await list_all(provider)
        assert stored.id not in [record.id for record in records]
        await expect_error(provider.delete(stored.id), NotFoundError)

    @with_provider
    async def test_active_can_be_switched(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE, ProviderOperation.SET_ACTIVE)
        stored = await self.create_record(provider)
        for active in (False, True):
            await provider.set_active(stored.id, active, key=f"contract-{active}-{stored.id}")
            assert (await find_listed(provider, stored.id)).active is active

    @with_provider
    async def test_default_moves(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE, ProviderOperation.SET_DEFAULT)
        for stored in (await self.create_record(provider), await self.create_record(provider)):
            await provider.set_default(stored.id)
            records, _ = await list_all(provider)
            assert [record.id for record in records if record.default] == [stored.id]

    @with_provider
    async def test_verifying_returns_an_opinion(self, provider: Provider) -> None:
        capabilities = self.spec.capabilities
        if not {ProviderOperation.VERIFY_STORED, ProviderOperation.VERIFY_DRAFT} & capabilities.operations:
            raise SkipTest(f"{self.spec.title} declares no verification")
        if capabilities.can(ProviderOperation.VERIFY_DRAFT):
            opinion = await provider.verify_draft(self.draft(next(_NUMBERS)))
            assert opinion.status in (Status.VERIFIED, Status.FAILED)
        if capabilities.can(ProviderOperation.VERIFY_STORED):
            stored = await self.create_record(provider)
            verified = await provider.verify_stored(stored, key="contract-verify", consents=ALL_CONSENTS)
            assert verified.opinion.status in (Status.VERIFIED, Status.FAILED)
            assert verified.opinion.at is None or parse_timestamp(verified.opinion.at)
            assert verified.opinion in provider.account.memory.list_opinions(stored.id)

    # Refused without a request.

    @with_provider
    async def test_invalid_values_are_refused_before_any_request(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE)
        bad: list[tuple[str, Value]] = [
            ("port", 0),
            ("port", 70000),
            ("host", "smtp example"),
            ("host", "smtp.example\r\n.org"),
            ("host", ""),
            ("username", "u\x00v"),
            ("from_email", "nobody"),
            ("from_name", "a\r\nBcc: b@example.org"),
        ]
        for name, value in bad:
            if self.spec.capabilities.for_field(name).access is Access.ABSENT:
                continue
            draft = self.draft(0)
            wrong = replace(draft, values={**draft.values, name: value})
            error = await expect_error(self.create_record(provider, wrong), InvalidFieldError)
            assert error.field == name, f"{name}={value!r} is blamed on {error.field}"
        assert provider.account.session().requests_sent == 0

    @with_provider
    async def test_absent_fields_are_refused_before_any_request(self, provider: Provider) -> None:
        self.require(ProviderOperation.CREATE)
        samples: dict[FieldKind, Value] = {
            FieldKind.BOOLEAN: True,
            FieldKind.EMAIL: "a@example.org",
            FieldKind.PORT: 25,
        }
        absent = [
            item
            for item in PLAIN_WRITABLE_FIELDS
            if self.spec.capabilities.for_field(item.name).access is Access.ABSENT
        ]
        if not absent:
            raise SkipTest(f"{self.spec.title} has every field")
        for field in absent:
            draft = self.draft(0)
            value = samples.get(field.kind, "x")
            wrong = replace(draft, values={**draft.values, field.name: value})
            error = await expect_error(self.create_record(provider, wrong), UnsupportedError)
            assert error.field == field.name
        assert provider.account.session().requests_sent == 0

    @with_provider
    async def test_a_missing_consent_stops_before_any_request(self, provider: Provider) -> None:
        if not self.spec.capabilities.verify_sends_mail:
            raise SkipTest(f"{self.spec.title} declares no verification by mail")
        stored = await self.create_record(provider)
        sent = provider.account.session().requests_sent
        error = await expect_error(provider.verify_stored(stored, key="k"), SmtptuiError)
        assert error.kind == "consent_missing" and error.hint
        assert provider.account.session().requests_sent == sent

    def test_read_only_lets_no_write_through(self) -> None:
        self.require(ProviderOperation.CREATE)
        memory = DictMemory()
        stored = self.run(lambda provider: self.create_record(provider), memory=memory)

        async def case(provider: Provider) -> None:
            can = self.spec.capabilities.can
            before, _ = await list_all(provider)
            tries: list[Awaitable[object]] = []
            if not self.spec.capabilities.single_record:
                tries.append(self.create_record(provider))
            if can(ProviderOperation.UPDATE):
                tries.append(provider.update(stored.id, self.harmless_change(), current=stored))
            if can(ProviderOperation.DELETE):
                tries.append(provider.delete(stored.id, current=stored))
            if can(ProviderOperation.VERIFY_STORED):
                tries.append(provider.verify_stored(stored, key="k", consents=ALL_CONSENTS))
            if can(ProviderOperation.SET_DEFAULT):
                tries.append(provider.set_default(stored.id))
            if can(ProviderOperation.SET_ACTIVE):
                tries.append(provider.set_active(stored.id, not stored.active, key="k"))
            for attempt in tries:
                assert (await expect_error(attempt, ReadOnlyError)).outcome is RemoteState.NOTHING_DONE
            after, _ = await list_all(provider)
            assert [record.id for record in after] == [record.id for record in before]
            assert await find_listed(provider, stored.id) == next(
                item for item in before if item.id == stored.id
            )

        self.run(case, memory=memory, read_only=True)

    # Failures.

    def test_a_refused_login_is_reported_and_not_retried(self) -> None:
        secret = {setting.name for setting in self.spec.settings if setting.is_secret}
        if not secret:
            raise SkipTest(f"{self.spec.title} has no secret to log in with")
        wrong = {
            name: "pw-wrong-0123456789" if name in secret else value
            for name, value in self.settings().items()
        }

        async def case(provider: Provider) -> None:
            await expect_error(provider.check(), LoginRefusedError)
            assert provider.account.session().requests_sent <= 2

        self.run(case, settings=wrong)

    @with_faults
    async def test_reads_wait_out_a_rate_limit(self, provider: Provider) -> None:
        await self._require_remote_listing(provider)
        self.inject(ServerFault(status=429, retry_after=0, times=1))
        _, end = await list_all(provider)
        assert end is not None

    @with_faults
    async def test_a_lasting_rate_limit_is_reported(self, provider: Provider) -> None:
        await self._check_failing_read(
            provider, ServerFault(status=429, retry_after=0, body="html"), RateLimitedError
        )

    @with_faults
    async def test_retries_at_a_failing_server_are_bounded(self, provider: Provider) -> None:
        await self._check_failing_read(provider, ServerFault(status=503), UnavailableError)

    @with_faults
    async def test_a_web_page_is_refused(self, provider: Provider) -> None:
        await self._check_failing_read(provider, ServerFault(body="html"), ProtocolBrokenError)

    @with_faults
    async def test_a_truncated_response_is_refused(self, provider: Provider) -> None:
        await self._check_failing_read(
            provider, ServerFault(body="truncated"), ProtocolBrokenError, UnavailableError
        )

    @with_faults
    async def test_a_read_survives_one_lost_response(self, provider: Provider) -> None:
        await self._require_remote_listing(provider)
        self.inject(ServerFault(drop="after", times=1))
        _, end = await list_all(provider)
        assert end is not None

    @with_faults
    async def test_a_write_whose_response_is_lost_is_unknown_and_happens_once(
        self, provider: Provider
    ) -> None:
        self.require(ProviderOperation.CREATE)
        draft = self.draft(next(_NUMBERS))
        await provider.check()
        before, _ = await list_all(provider)
        self.inject(ServerFault(drop="after"))
        sent = provider.account.session().requests_sent
        error = await expect_error(self.create_record(provider, draft), OutcomeUnknownError)
        assert error.outcome is RemoteState.UNKNOWN
        if not self.spec.capabilities.idempotent_create:
            assert provider.account.session().requests_sent == sent + 1
        self.inject(None)
        after, _ = await list_all(provider)
        if not self.spec.capabilities.single_record:
            assert len(after) == len(before) + 1

    @with_faults
    async def test_a_cancelled_call_ends(self, provider: Provider) -> None:
        await self._require_remote_listing(provider)
        self.inject(ServerFault(latency_ms=600_000, times=1))
        session = provider.account.session()
        sent = session.requests_sent
        task = asyncio.create_task(list_all(provider))
        async with asyncio.timeout(60):
            while session.requests_sent == sent:  # noqa: ASYNC110 - there is no event for a sent request
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
        assert task.cancelled()

    def test_no_secret_in_any_text(self) -> None:
        self.require(ProviderOperation.CREATE)
        self.require_password()
        draft = self.draft(next(_NUMBERS))
        assert draft.password is not None
        texts: list[str] = []
        secret = {setting.name for setting in self.spec.settings if setting.is_secret}
        secrets = [str(value) for name, value in self.settings().items() if name in secret]
        memory = DictMemory()

        async def case(provider: Provider) -> None:
            stored = await self.create_record(provider, draft)
            records, _ = await list_all(provider)
            texts.extend(map(repr, (provider, provider.account, draft, stored, records)))
            texts.append(json.dumps([record.to_json() for record in records]))
            wrong = replace(draft, values={**draft.values, "port": 0})
            faults = [self.create_record(provider, wrong)]
            if not self.spec.capabilities.single_record:
                faults.append(
                    self.create_record(provider, replace(draft, values={**draft.values, "host": "\x1b"}))
                )
            for attempt in faults:
                error = await expect_error(attempt, SmtptuiError)
                texts.extend((repr(error), json.dumps(error.to_json())))
                texts.append("".join(traceback.format_exception(error)))

        log = io.StringIO()
        handler = logging.StreamHandler(log)
        root, level = logging.getLogger(), logging.getLogger().level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            self.run(case, memory=memory)
        finally:
            root.removeHandler(handler)
            root.setLevel(level)
        texts.extend((log.getvalue(), memory.text()))
        for text in texts:
            for value in (draft.password.reveal(), *secrets):
                assert value not in text

    async def _read_password(self, provider: Provider, id: str) -> str | None:
        if self.spec.capabilities.can(ProviderOperation.REVEAL):
            return (await provider.reveal(id)).reveal()
        return self.stored_password(id)

    async def _require_remote_listing(self, provider: Provider) -> None:
        """Log in, and skip the test if a listing makes no request."""
        await provider.check()
        sent = provider.account.session().requests_sent
        await list_all(provider)
        if provider.account.session().requests_sent == sent:
            raise SkipTest(f"{self.spec.title} lists without a request")

    async def _check_failing_read(
        self, provider: Provider, fault: ServerFault, *kinds: type[SmtptuiError]
    ) -> None:
        await self._require_remote_listing(provider)
        self.inject(fault)
        sent = provider.account.session().requests_sent
        error = await expect_error(list_all(provider), *kinds)
        assert error.outcome is RemoteState.NOTHING_DONE
        assert provider.account.session().requests_sent - sent <= 4


async def list_all(provider: Provider) -> tuple[list[Credential], ListingEnd]:
    """Return all listed records and the one ListingEnd, which must come last."""
    records: list[Credential] = []
    end: ListingEnd | None = None
    async for item in provider.list():
        assert end is None, "nothing may follow the end of a listing"
        if isinstance(item, Page):
            records.extend(item.credentials)
        else:
            end = item
    assert end is not None, "a listing must say whether it is complete"
    return records, end


async def find_listed(provider: Provider, id: str) -> Credential:
    """Return the listed record with this id, which must be unique."""
    records, _ = await list_all(provider)
    (found,) = (record for record in records if record.id == id)
    return found


async def expect_error(attempt: Awaitable[object], *kinds: type[SmtptuiError]) -> SmtptuiError:
    """Await an attempt that must fail with one of the kinds, and return the error."""
    try:
        await attempt
    except kinds as error:
        assert error.message
        return error
    raise AssertionError(f"expected {' or '.join(kind.__name__ for kind in kinds)}")
