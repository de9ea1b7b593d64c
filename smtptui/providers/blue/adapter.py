"""The Blue adapter: GraphQL with offset pages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property
from typing import Any

from smtptui.model.capability import Consent, ProviderOperation
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    InvalidFieldError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    ReservedValueError,
    SecretMissingError,
    SmtptuiError,
    UnavailableError,
)
from smtptui.model.identity import Identity, identity_of
from smtptui.model.timestamps import format_timestamp
from smtptui.model.verification import Opinion, Status
from smtptui.net.authorizer import StaticHeaders
from smtptui.net.call import CallKind
from smtptui.net.graphql import Data, Document, GraphQLSession
from smtptui.net.session import HttpSession
from smtptui.providers.base import NO_CONSENT, Check, Deletion, ListingEnd, Page, Provider, VerificationResult
from smtptui.providers.blue import convert, errors, listing, rules, wire
from smtptui.providers.blue.capabilities import CAPABILITIES
from smtptui.providers.kit.errors import credential_not_found, outcome_unknown
from smtptui.secrets.secret import Secret

MAX_REVEAL_ATTEMPTS = 3


class BlueProvider(Provider):
    """One company at Blue. Blue verifies the record on every create and update, so each response is an opinion too."""

    capabilities = CAPABILITIES

    @cached_property
    def _http(self) -> HttpSession:
        return self.account.session()

    @cached_property
    def _graphql(self) -> GraphQLSession:
        secrets = {"X-Bloo-Token-ID": "token_id", "X-Bloo-Token-Secret": "token_secret"}
        headers: dict[str, str | Secret] = {"X-Bloo-Company-ID": self.account.get_text("company_id")}
        for header, setting in secrets.items():
            secret = self.account.get_secret(setting)
            if secret is None:
                raise ConfigurationError(
                    f"The account {self.account.name} has no {setting}.", account=self.account.name
                )
            headers[header] = secret
        return GraphQLSession(
            self._http,
            self._http.options.base_url,
            auth=StaticHeaders(headers),
            classify_errors=errors.classify,
        )

    @cached_property
    def _offsets(self) -> dict[str, int]:
        """The offset at which each record was last seen, where `reveal` looks first."""
        return {}

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        async with aclosing(self._read_records()) as batches:
            async for item in batches:
                if isinstance(item, listing.End):
                    yield ListingEnd(item.complete, item.note)
                else:
                    yield Page(
                        [convert.to_credential(record, self.account.name) for _, record in item.records],
                        item.total,
                    )

    async def check(self) -> Check:
        page = listing.parse_page(await self._fetch(0, 1), 0)
        may: dict[ProviderOperation, bool | None] = dict.fromkeys(CAPABILITIES.operations)
        may.update(
            {ProviderOperation.LIST: True, ProviderOperation.CHECK: True, ProviderOperation.REVEAL: True}
        )
        return Check(
            login=f"company {printable(self.account.get_text('company_id'), 80)}",
            may=may,
            detail=f"{page.total} stored. Changes need an owner or administrator, and the white-label feature; "
            "whether this login has them shows only when it is used.",
        )

    def check_draft(self, draft: Draft) -> None:
        rules.check_draft(draft)

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        draft = rules.check_draft(draft)
        data = await self._write(
            wire.CREATE, {"input": convert.to_create(draft, self.account.get_text("company_id"))}
        )
        credential = self._parse_stored(wire.CREATE, data)
        self._record_opinion(credential.id, self._opinion_of_write(credential))
        return credential

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        change = rules.check_change(change, current)
        body = convert.to_update(id, change)
        if len(body) == 1:
            # An empty update would still make Blue verify the record again.
            return current
        credential, _ = await self._update(body, current)
        return credential

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        data = await self._write(wire.DELETE, {"id": id})
        done = data.get("deleteSmtpCredential")
        if done is False:
            raise UnavailableError(
                f"Blue did not delete {printable(id, 80)} and gave no reason.",
                account=self.account.name,
                id=id,
                operation=wire.DELETE.operation,
                hint="List the account again; the record should still exist.",
            )
        if done is not True:
            raise self._outcome_unknown(
                wire.DELETE, "Blue's response does not say whether it deleted the record"
            )
        self._offsets.pop(id, None)
        return Deletion()

    async def reveal(self, id: str, *, login: Identity | None = None) -> Secret:
        for _ in range(MAX_REVEAL_ATTEMPTS):
            offset = self._offsets.pop(id, None)
            if offset is None:
                offset = await self._find_offset(id)
                self._offsets.pop(id, None)
            secret = await self._read_password_at(offset, id, login)
            if secret is not None:
                self._offsets[id] = offset
                self._http.redactor.add(secret)
                return secret
        raise ConflictError(
            f"The password of {printable(id, 80)} was not read: the list of {self.account.name} kept changing.",
            account=self.account.name,
            id=id,
            operation="reveal",
            hint="Try again when nobody else is changing credentials there.",
        )

    async def verify_draft(self, draft: Draft) -> Opinion:
        draft = rules.check_draft(draft)
        data = await self._graphql.execute(
            wire.VERIFY, {"input": convert.to_verify(draft)}, kind=CallKind.TEST
        )
        works = data.get("verifySmtpCredential")
        if not isinstance(works, bool):
            raise ProtocolBrokenError(
                "Blue's response to the verification is neither true nor false.",
                account=self.account.name,
                operation=wire.VERIFY.operation,
            )
        if works:
            return Opinion(Status.VERIFIED, self._now(), convert.VERIFIED_DETAIL)
        return Opinion(Status.FAILED, self._now(), "Blue could not connect and log in; it does not say why.")

    async def verify_stored(
        self, current: Credential, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> VerificationResult:
        try:
            credential, opinion = await self._update({"id": current.id}, current)
            # That an empty update verifies the record is not documented; an unchanged time shows that it did not.
            if opinion.status is not Status.VERIFIED or opinion.at != current.verification.provider.at:
                return VerificationResult(opinion, credential)
        except ReservedValueError:
            raise
        except (InvalidFieldError, ProtocolBrokenError) as refusal:
            if current.host is None or refusal.code not in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"):
                raise
        if current.host is None:
            return VerificationResult(replace(opinion, detail=convert.UNTRIED_DETAIL), credential)
        credential, opinion = await self._update({"id": current.id, "host": current.host}, current)
        if opinion.status is Status.VERIFIED and opinion.at == current.verification.provider.at:
            opinion = replace(opinion, detail=convert.UNTRIED_DETAIL)
        return VerificationResult(opinion, credential)

    async def _update(self, body: Mapping[str, object], current: Credential) -> tuple[Credential, Opinion]:
        """Send an update; return the stored record and the opinion that it caused."""
        # A failed verification erases Blue's record of the last success, so it is kept here first.
        self._record_opinion(current.id, current.verification.provider)
        data = await self._write(wire.UPDATE, {"input": body})
        credential = self._parse_stored(wire.UPDATE, data, expected=current.id)
        opinion = self._opinion_of_write(credential)
        self._record_opinion(credential.id, opinion)
        return credential, opinion

    async def _write(self, document: Document, variables: Mapping[str, object]) -> Data:
        try:
            return await self._graphql.execute(document, variables, kind=CallKind.WRITE)
        except UnavailableError as failure:
            if failure.code != "INTERNAL_SERVER_ERROR":
                raise
            # Blue reports every internal failure, before or after storing the record, with this one code.
            raise self._outcome_unknown(document, failure.message, failure) from failure

    def _parse_stored(self, document: Document, data: Data, expected: str | None = None) -> Credential:
        """Parse the record in the response to a write. Without it, the outcome is unknown."""
        try:
            credential = convert.to_credential(data.get(document.operation), self.account.name)
        except ProtocolBrokenError as problem:
            raise self._outcome_unknown(document, problem.message) from problem
        if expected is not None and credential.id != expected:
            raise self._outcome_unknown(document, "Blue responded with another record than the changed one")
        return credential

    def _outcome_unknown(
        self, document: Document, reason: str, cause: SmtptuiError | None = None
    ) -> OutcomeUnknownError:
        return outcome_unknown(self.account.name, document.operation, reason, cause)

    def _opinion_of_write(self, credential: Credential) -> Opinion:
        """Return the opinion that a write has caused, with the time of a failure, which Blue does not report."""
        opinion = credential.verification.provider
        if opinion.status is Status.FAILED:
            return replace(opinion, at=self._now(), detail="Blue could not connect and log in.")
        return opinion

    def _record_opinion(self, id: str, opinion: Opinion) -> None:
        if opinion.at is None:
            return
        known = self.account.memory.list_opinions(id)
        if not any((item.status, item.at) == (opinion.status, opinion.at) for item in known):
            self.account.memory.record_opinion(id, opinion)

    def _now(self) -> str:
        return format_timestamp(self.account.now())

    async def _fetch(self, skip: int, take: int) -> Data:
        return await self._graphql.execute(wire.LIST, {"skip": skip, "take": take}, kind=CallKind.READ)

    async def _read_records(self) -> AsyncGenerator[listing.Batch | listing.End, None]:
        async with aclosing(listing.list_records(self._fetch, self.account.concurrency)) as batches:
            async for item in batches:
                if isinstance(item, listing.Batch):
                    self._offsets.update(
                        {convert.record_id(record): offset for offset, record in item.records}
                    )
                yield item

    async def _find_offset(self, id: str) -> int:
        """Return the offset of a record. Raises NotFoundError."""
        end: listing.End | None = None
        async with aclosing(self._read_records()) as batches:
            async for item in batches:
                if isinstance(item, listing.End):
                    end = item
                else:
                    for offset, record in item.records:
                        if record.get("id") == id:
                            return offset
        if end is not None and not end.complete:
            raise ConflictError(end.note, account=self.account.name, id=id, operation="reveal")
        raise credential_not_found(self.account.name, id, "reveal")

    async def _read_password_at(self, offset: int, id: str, login: Identity | None) -> Secret | None:
        """Return the password of the record at an offset, None when another record is there."""
        data: Mapping[str, Any] = await self._graphql.execute(
            wire.REVEAL, {"skip": offset, "take": 1}, kind=CallKind.READ
        )
        connection = data.get("smtpCredentials")
        items = connection.get("items") if isinstance(connection, Mapping) else None
        first = items[0] if isinstance(items, list) and items else None
        del data, connection, items
        if not isinstance(first, Mapping) or first.get("id") != id:
            return None
        if (
            login is not None
            and identity_of(convert.to_credential(first, self.account.name))[:3] != login[:3]
        ):
            raise ConflictError(
                f"{self.account.name}/{printable(id, 80)} was changed to another login, so its password was not read.",
                account=self.account.name,
                id=id,
                operation="reveal",
            )
        password = first.get("password")
        if not isinstance(password, str) or not password:
            raise SecretMissingError(
                f"Blue stores no password for {self.account.name}/{printable(id, 80)}.",
                account=self.account.name,
                id=id,
                operation="reveal",
            )
        return Secret(password)
