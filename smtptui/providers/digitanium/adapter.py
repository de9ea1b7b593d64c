"""The Digitanium adapter: one record a tenant, written as a whole, never read.

Notes in the local state, none with a password:
- `configuration`: the record of the last accepted write;
- `attempt`: a record that was sent with an unknown outcome, until a later write settles it;
- `test`: the outcome of the last test mail.
Each holds the URL it was made for, so that another tenant under the same account name inherits nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import cached_property
from typing import Any

from smtptui.model.capability import Consent, ProviderOperation
from smtptui.model.change import Change, Draft, SecretText, Value
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    ConsentMissingError,
    InvalidFieldError,
    OutcomeUnknownError,
    RemoteState,
    SmtptuiError,
)
from smtptui.model.fields import FIELDS_BY_NAME
from smtptui.model.json_value import Json
from smtptui.model.memory import MemoryNote
from smtptui.model.timestamps import format_timestamp
from smtptui.model.values import check_host
from smtptui.model.verification import UNKNOWN_OPINION, Opinion, Status
from smtptui.net.authorizer import Authorizer, BearerToken
from smtptui.net.call import Call, CallKind
from smtptui.providers.base import NO_CONSENT, Account, Check, ListingEnd, Page, Provider, VerificationResult
from smtptui.providers.digitanium import convert, errors, rules
from smtptui.providers.digitanium.capabilities import CAPABILITIES
from smtptui.providers.digitanium.wire import ACCEPTED, RECORD_ID, TEST_BODY, Addresses, build_addresses
from smtptui.providers.kit.errors import refusal
from smtptui.providers.kit.logins import oauth_login

CONFIGURATION, ATTEMPT, TEST = "configuration", "attempt", "test"


class DigitaniumProvider(Provider):
    """The mail configuration of one tenant."""

    capabilities = CAPABILITIES

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._variant = account.get_text("variant")

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        present = self._to_credential()
        yield Page([present], total=1)
        unsettled = self.list_unfinished()
        if self._recall(CONFIGURATION) is None:
            note = "smtptui has not written a record yet, and the provider cannot be read: the stored record is not known"
        else:
            note = f"last written by smtptui at {present.native['last_written_at']}, not read back"
        yield ListingEnd(
            complete=self._recall(CONFIGURATION) is not None and not unsettled,
            note=". ".join((note, *unsettled)),
        )

    async def check(self) -> Check:
        may: dict[ProviderOperation, bool | None] = {
            ProviderOperation.LIST: True,
            ProviderOperation.CREATE: None,
            ProviderOperation.UPDATE: None,
            ProviderOperation.VERIFY_STORED: None,
        }
        if not isinstance(self._login, BearerToken):
            await self._login.headers()
            return Check(
                "client credentials accepted", may, "What the token may do shows only when it is used."
            )
        return Check(
            "token, not tried",
            may,
            "The provider has no call that only reads: the token shows only when it is used.",
        )

    def check_draft(self, draft: Draft) -> None:
        rules.check_draft(draft)
        rules.check_record(convert.draft_to_record(draft), draft.password)

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        rules.check_draft(draft)
        record = convert.draft_to_record(draft)
        rules.check_record(record, draft.password)
        if self._recall(CONFIGURATION) is not None:
            raise ConflictError(
                "smtptui has already written the tenant's one record. Nothing was sent.",
                account=self.account.name,
                id=RECORD_ID,
                operation="create",
                hint=f"Edit it: `smtptui edit {self.account.name}/{RECORD_ID} …`.",
            )
        rules.require_overwrite_consent(consents, account=self.account.name, operation="create")
        return await self._write(record, draft.password)

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        rules.check_id(id)
        rules.check_change(change)
        note = self._recall(CONFIGURATION)
        if note is None:
            raise ConsentMissingError(
                "The tenant's record is not known and cannot be read, and a write replaces it as a whole: "
                "an edit would erase every field it does not name. Nothing was sent.",
                account=self.account.name,
                id=RECORD_ID,
                operation="update",
                hint=f"Write the whole record instead: `smtptui create {self.account.name} … --overwrite-unknown`.",
            )
        written = _record(note)
        self._require_current(current, written, change)
        record = convert.change_to_record(written, change)
        password = convert.find_new_password(change)
        rules.check_record(record, password, clearing=convert.clears_password(change))
        return await self._write(record, password)

    async def verify_stored(
        self, current: Credential, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> VerificationResult:
        """Send the test mail.

        `verified`: the tenant's mail server accepted it, which does not prove that it arrived. `failed`: the platform
        reported that it could not send it. Raises NotFoundError when the token's user has no address; then nothing
        was sent.
        """
        rules.check_id(current.id)
        rules.require_mail_consent(consents, account=self.account.name, operation="verify_stored")
        response = await self.account.session().send(
            Call("test", CallKind.WRITE),
            "POST",
            self._addresses().test,
            json=TEST_BODY,
            auth=self._login,
            classify=errors.classify_test,
        )
        response.json_after_write()
        word, message = errors.read_status(response)
        if response.status < 300 and word == ACCEPTED:
            status = Status.VERIFIED
            detail = "a test mail was sent to the token's own user; its arrival is not proven"
        elif response.status < 300 and word is None:
            raise OutcomeUnknownError(
                "Digitanium's response to the test mail does not say whether it was sent.",
                account=self.account.name,
                operation="test",
                id=RECORD_ID,
            )
        else:
            status = Status.FAILED
            detail = f"the platform could not send its test mail: {message or word}"
        opinion = Opinion(status, format_timestamp(self.account.now()), detail)
        self.account.memory.record_opinion(RECORD_ID, opinion)
        self._remember(TEST, opinion.to_json())
        return VerificationResult(opinion, self._to_credential())

    def list_unfinished(self) -> Sequence[str]:
        attempt = self._recall(ATTEMPT)
        if attempt is None:
            return ()
        record = _record(attempt)
        return (
            f"A write of {attempt.body.get('sent_at')} got no response: the tenant may have "
            f"{printable(record.get('host'), 100)} as {printable(record.get('username') or 'a relay', 100)}, or its "
            "former record. Write the record again to be sure.",
        )

    async def _write(self, record: Mapping[str, Value], password: SecretText | None) -> Credential:
        """Send a whole record. The note of the attempt stays when the outcome is unknown."""
        session = self.account.session()
        target = self._addresses().configure
        earlier = self._recall(ATTEMPT)
        self._remember(ATTEMPT, {**record, "sent_at": format_timestamp(self.account.now())})
        try:
            response = await session.send(
                Call("configure", CallKind.WRITE),
                "POST",
                target,
                json=convert.to_body(record, password),
                auth=self._login,
                classify=errors.classify,
            )
            response.json_after_write()
            word, message = errors.read_status(response)
            if word != ACCEPTED:
                about: dict[str, Any] = {"account": self.account.name, "operation": "configure"}
                if word in errors.MEANINGS:
                    meaning = errors.MEANINGS[word]
                    raise refusal("Digitanium", message, meaning, response, code=word, **about)
                raise OutcomeUnknownError(
                    f"Digitanium answered the write with {word or 'no status'} instead of OK.",
                    code=word,
                    **about,
                )
        except SmtptuiError as error:
            if error.outcome is RemoteState.NOTHING_DONE:
                self._restore_attempt(earlier)
            raise
        self._remember(CONFIGURATION, record)
        self.account.memory.forget(ATTEMPT, RECORD_ID)
        self.account.memory.forget(TEST, RECORD_ID)
        return self._to_credential()

    def _restore_attempt(self, earlier: MemoryNote | None) -> None:
        if earlier is None:
            self.account.memory.forget(ATTEMPT, RECORD_ID)
        else:
            self.account.memory.remember(ATTEMPT, RECORD_ID, earlier.body)

    def _require_current(self, current: Credential, written: Mapping[str, Value], change: Change) -> None:
        differing = convert.find_differences(current, written)
        if not differing:
            return
        names = [*change.changed_fields(), *(name for name in differing if name not in change.values)]
        raise ConflictError(
            f"{current.address} was changed by smtptui since it was read ({', '.join(differing)}). "
            "Nothing was sent.",
            account=self.account.name,
            id=RECORD_ID,
            operation="update",
            details={
                "yours": {
                    name: change.values.get(name, "a new password") for name in change.changed_fields()
                },
                "theirs": {name: written.get(name) for name in names if name != "password"},
                "read": {name: current.get(name) for name in names if name != "password"},
            },
        )

    def _to_credential(self) -> Credential:
        """Build the one credential from the notes."""
        note = self._recall(CONFIGURATION)
        opinion = self._opinion()
        if note is None:
            return convert.unknown_credential(self.account.name, variant=self._variant, opinion=opinion)
        return convert.to_credential(
            self.account.name, _record(note), at=note.at, variant=self._variant, opinion=opinion
        )

    def _opinion(self) -> Opinion:
        """Return the outcome of the last test mail since the last write, else unknown."""
        note = self._recall(TEST)
        if note is None:
            return UNKNOWN_OPINION
        return Opinion(
            Status(str(note.body.get("status"))), str(note.body.get("at")), str(note.body.get("detail"))
        )

    def _recall(self, kind: str) -> MemoryNote | None:
        note = self.account.memory.recall(kind, RECORD_ID)
        return note if note is not None and note.body.get("address") == self._addresses().configure else None

    def _remember(self, kind: str, body: Mapping[str, Any]) -> None:
        self.account.memory.remember(kind, RECORD_ID, {**body, "address": self._addresses().configure})

    def _addresses(self) -> Addresses:
        tenant, hostname = self.account.get_text("tenant_id"), self.account.get_text("hostname")
        base_url = self.account.session().options.base_url
        if not base_url:
            name = f"{tenant}.{hostname}" if self._variant == "ssms" else hostname
            try:
                check_host(FIELDS_BY_NAME["host"], name)
            except InvalidFieldError:
                raise ConfigurationError(
                    f"tenant_id and hostname do not form a valid host name: {printable(name, 100)!r}.",
                    account=self.account.name,
                    hint="Set hostname without https:// and without the tenant, or set base_url.",
                ) from None
        return build_addresses(self._variant, tenant, hostname, base_url)

    @cached_property
    def _login(self) -> Authorizer:
        return oauth_login(self.account, lambda: self._addresses().token)


def _record(note: MemoryNote) -> Mapping[str, Value]:
    return {name: _value(note.body.get(name)) for name in convert.RECORD_FIELDS}


def _value(noted: Json) -> Value:
    return noted if isinstance(noted, (str, int)) else None
