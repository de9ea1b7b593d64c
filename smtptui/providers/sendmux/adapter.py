"""The Sendmux adapter: REST, cursor pages, ETags, idempotency keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from smtptui.model.capability import Consent, ProviderOperation
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import (
    ConflictError,
    ForbiddenError,
    LoginRefusedError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    RemoteState,
    SecretMissingError,
    SmtptuiError,
)
from smtptui.model.timestamps import format_timestamp, normalise_timestamp
from smtptui.model.verification import Opinion, Status
from smtptui.net.authorizer import BearerToken
from smtptui.net.call import Call, CallKind
from smtptui.net.cancellation import cancellable_read
from smtptui.net.response import Response
from smtptui.providers.base import (
    NO_CONSENT,
    Account,
    Check,
    Deletion,
    ListingEnd,
    Page,
    Provider,
    VerificationResult,
)
from smtptui.providers.kit.errors import mark_done_before
from smtptui.providers.sendmux import convert, errors, rules
from smtptui.providers.sendmux.capabilities import CAPABILITIES
from smtptui.providers.sendmux.wire import PAGE_SIZE, record_path

MAX_ETAG_ATTEMPTS = 3
"""How often a write is sent when only the ETag is outdated and no field that a user sets."""


class SendmuxProvider(Provider):
    """Sending accounts of one Sendmux organization."""

    capabilities = CAPABILITIES

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        key = account.get_secret("api_key")
        if not key:
            raise SecretMissingError("The account has no api_key.", account=account.name, field="api_key")
        self._mailbox_key = key.reveal().startswith(errors.MAILBOX_KEY_PREFIX)
        self._auth = BearerToken(key)

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        seen: set[str] = set()
        cursors: set[str] = set()
        cursor: str | None = None
        problem = ""
        while True:
            records, next_cursor, more = await self._fetch_page(cursor)
            new = []
            for record in records:
                credential = self._to_credential(record)
                if credential.id in seen:
                    problem = f"Sendmux listed {printable(credential.id, 60)} twice: the list changed while it was read."
                    continue
                seen.add(credential.id)
                new.append(credential)
            if new:
                yield Page(new)
            if not more:
                break
            if next_cursor is None:
                problem = "Sendmux reported more records without a cursor."
                break
            if next_cursor in cursors or not records:
                problem = "Sendmux's pages repeat; reading stopped."
                break
            cursors.add(next_cursor)
            cursor = next_cursor
        yield ListingEnd(complete=not problem, note=problem)

    async def check(self) -> Check:
        records, _, _ = await self._fetch_page(None)
        allowed = [
            record["allowed_actions"]
            for record in records
            if isinstance(record, Mapping)
            and isinstance(record.get("allowed_actions"), Mapping)
            and rules.edit_refusal(record) is None
        ]

        def may(*actions: str) -> bool | None:
            values = [entry[action] for entry in allowed for action in actions if action in entry]
            return any(item is True for item in values) if values else None

        return Check(
            login="root key accepted",
            may={
                ProviderOperation.LIST: True,
                ProviderOperation.GET: True,
                ProviderOperation.CREATE: None,
                ProviderOperation.UPDATE: may("update"),
                ProviderOperation.DELETE: may("delete"),
                ProviderOperation.VERIFY_STORED: may("test"),
                ProviderOperation.SET_ACTIVE: may("activate", "deactivate"),
            },
            detail="" if allowed else "What the key may do is stated only with a record, and there is none.",
        )

    async def get(self, id: str) -> Credential:
        rules.check_id(id)
        return self._parse_record(await self._send("get", CallKind.READ, "GET", record_path(id)))

    def check_draft(self, draft: Draft) -> None:
        rules.check_draft(draft)

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        rules.check_draft(draft)
        response = await self._send(
            "create", CallKind.WRITE, "POST", "providers", key=key, json=convert.to_create(draft)
        )
        stored = self._parse_record(response, written=True)
        active = draft.get("active")
        if isinstance(active, bool) and stored.active is not None and active is not stored.active:
            try:
                return await self._switch_active(stored.id, active, key=f"{key[:240]}:active")
            except SmtptuiError as error:
                raise mark_done_before(
                    error, stored.id, "The account was created, but the next step failed"
                ) from None
        return stored

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        rules.check_id(id)
        rules.check_change(change)
        rules.require_allowed(current, "update")
        body = convert.to_update(change)
        active = change.values.get("active")
        basis = current
        if current.version is None or not body:
            basis = await self._require_unchanged(id, current, change)
        stored = basis
        if body:
            stored = await self._patch(id, body, change, current, basis)
        if isinstance(active, bool) and active is not stored.active:
            try:
                return await self._switch_active(id, active, key=uuid4().hex)
            except SmtptuiError as error:
                if not body:
                    raise
                raise mark_done_before(
                    error, id, "The other fields were saved, but the next step failed"
                ) from None
        return stored

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        rules.check_id(id)
        if current is not None:
            rules.require_allowed(current, "delete")
        basis = await self._require_unchanged(id, current)
        rules.require_allowed(basis, "delete")
        for attempt in range(MAX_ETAG_ATTEMPTS):
            try:
                response = await self._send(
                    "delete", CallKind.WRITE, "DELETE", record_path(id), headers=_if_match(basis)
                )
            except ConflictError as error:
                basis = await self._recheck_after_conflict(id, basis, error, attempt)
                continue
            self._confirm_deleted(id, response)
            break
        return Deletion()

    async def verify_stored(
        self, current: Credential, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> VerificationResult:
        rules.check_id(current.id)
        rules.require_testable(current)
        response = await self._send("test", CallKind.WRITE, "POST", record_path(current.id, "test"), key=key)
        result = self._parse_data(response, written=True)
        success = result.get("success") if isinstance(result, Mapping) else None
        if not isinstance(result, Mapping) or not isinstance(success, bool):
            raise OutcomeUnknownError(
                "Sendmux's response does not contain the result of the test.",
                **self._error_context(response, current.id),
            )
        opinion = Opinion(
            Status.VERIFIED if success else Status.FAILED,
            normalise_timestamp(result.get("tested_at")) or format_timestamp(self.account.now()),
            printable(result.get("message") or "", 300),
        )
        self.account.memory.record_opinion(current.id, opinion)
        try:
            with cancellable_read():
                stored = await self.get(current.id)
        except SmtptuiError:
            # The test is done and recorded, whether or not the record can be read again.
            return VerificationResult(opinion)
        return VerificationResult(opinion, stored.with_opinion(opinion))

    async def set_active(self, id: str, active: bool, *, key: str) -> Credential:
        present = await self.get(id)
        if present.active is active:
            return present
        rules.require_allowed(present, _active_action(active))
        return await self._switch_active(id, active, key=key)

    async def _patch(
        self, id: str, body: Mapping[str, object], change: Change, current: Credential, basis: Credential
    ) -> Credential:
        attempt = 0
        while True:
            try:
                response = await self._send(
                    "update", CallKind.WRITE, "PATCH", record_path(id), headers=_if_match(basis), json=body
                )
            except ConflictError as error:
                basis = await self._recheck_after_conflict(id, current, error, attempt, change)
                rules.require_allowed(basis, "update")
                attempt += 1
                continue
            return self._parse_record(response, written=True)

    async def _recheck_after_conflict(
        self,
        id: str,
        read: Credential,
        refusal: ConflictError,
        attempt: int,
        change: Change | None = None,
    ) -> Credential:
        """Read the record after a refused If-Match. Raises the conflict if a field that a user sets has changed.

        A test elsewhere changes the ETag only; the write can then be sent again.
        """
        theirs = await self.get(id)
        if convert.find_differences(read, theirs):
            raise _conflict_error(read, theirs, change, refusal) from None
        if attempt + 1 >= MAX_ETAG_ATTEMPTS:
            raise refusal
        return theirs

    async def _require_unchanged(
        self, id: str, read: Credential | None, change: Change | None = None
    ) -> Credential:
        """Read the record again. Raises ConflictError when it differs from `read`."""
        headers = {"If-None-Match": read.version} if read is not None and read.version else {}
        response = await self._send("get", CallKind.READ, "GET", record_path(id), headers=headers)
        if response.status == 304 and read is not None:
            return read
        theirs = self._parse_record(response)
        if read is not None and convert.find_differences(read, theirs):
            raise _conflict_error(read, theirs, change)
        return theirs

    async def _switch_active(self, id: str, active: bool, *, key: str) -> Credential:
        action = _active_action(active)
        response = await self._send(action, CallKind.WRITE, "POST", record_path(id, action), key=key)
        data = self._parse_data(response, written=True)
        # The response is not documented: use it if it is a whole record, else read the record.
        if (
            isinstance(data, Mapping)
            and data.get("id") == id
            and isinstance(data.get("is_active"), bool)
            and "type" in data
        ):
            return self._to_credential(data, response.headers.get("etag"))
        try:
            with cancellable_read():
                return await self.get(id)
        except SmtptuiError as error:
            raise mark_done_before(
                error, id, f"{action} was done, but the next step failed", RemoteState.DONE
            ) from None

    async def _fetch_page(self, cursor: str | None) -> tuple[Sequence[Any], str | None, bool]:
        params = {"limit": str(PAGE_SIZE)}
        if cursor is not None:
            params["cursor"] = cursor
        response = await self._send("list", CallKind.READ, "GET", "providers", params=params)
        body = self._parse_body(response)
        data, pagination = body.get("data"), body.get("pagination")
        if not isinstance(data, list):
            raise ProtocolBrokenError("Sendmux's list has no data.", **self._error_context(response))
        next_cursor = pagination.get("next_cursor") if isinstance(pagination, Mapping) else None
        more = pagination.get("has_more") if isinstance(pagination, Mapping) else None
        if not isinstance(more, bool):
            raise ProtocolBrokenError(
                "Sendmux's list does not say whether there is more.", **self._error_context(response)
            )
        return data, next_cursor if isinstance(next_cursor, str) and next_cursor else None, more

    async def _send(
        self,
        operation: str,
        kind: CallKind,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Response:
        own = dict(headers or {})
        if key is not None:
            own["Idempotency-Key"] = key
        try:
            response = await self.account.session().send(
                Call(operation, kind, key),
                method,
                path,
                headers=own,
                params=params,
                json=json,
                auth=self._auth,
                classify=errors.classify,
            )
        except (LoginRefusedError, ForbiddenError) as error:
            if self._mailbox_key:
                error.hint = errors.MAILBOX_HINT
            raise
        if response.status == 304 and "If-None-Match" not in own:
            raise ProtocolBrokenError(
                "Sendmux answered 304 to a request without If-None-Match.",
                **self._error_context(response),
            )
        return response

    def _parse_body(self, response: Response, *, written: bool = False) -> Mapping[str, Any]:
        body = response.json_after_write() if written else response.json()
        refused = (
            errors.parse_error(body, response)
            if isinstance(body, Mapping) and body.get("ok") is False
            else None
        )
        if refused is not None:
            refused.account, refused.operation = self.account.name, response.operation
            raise refused
        if not isinstance(body, Mapping):
            error_class = OutcomeUnknownError if written else ProtocolBrokenError
            raise error_class(
                "Sendmux's response is JSON but not an object.", **self._error_context(response)
            )
        return body

    def _parse_data(self, response: Response, *, written: bool = False) -> Any:
        return self._parse_body(response, written=written).get("data")

    def _parse_record(self, response: Response, *, written: bool = False) -> Credential:
        data = self._parse_data(response, written=written)
        try:
            return self._to_credential(data, response.headers.get("etag"))
        except ProtocolBrokenError as error:
            if written:
                raise OutcomeUnknownError(
                    f"{error.message} The write was accepted.", **self._error_context(response)
                ) from None
            raise

    def _to_credential(self, record: object, version: str | None = None) -> Credential:
        return convert.to_credential(self.account.name, record, self.account.memory.list_opinions, version)

    def _confirm_deleted(self, id: str, response: Response) -> None:
        if response.status == 204:
            return
        data = self._parse_data(response, written=True)
        if not isinstance(data, Mapping) or data.get("deleted") is not True:
            raise OutcomeUnknownError(
                "Sendmux's response does not confirm the deletion.",
                **self._error_context(response, id),
            )

    def _error_context(self, response: Response, id: str | None = None) -> dict[str, Any]:
        return {
            "account": self.account.name,
            "operation": response.operation,
            "request_id": response.request_id,
            "id": id,
        }


def _active_action(active: bool) -> str:
    return "activate" if active else "deactivate"


def _if_match(record: Credential) -> Mapping[str, str]:
    return {"If-Match": record.version} if record.version else {}


def _conflict_error(
    read: Credential, theirs: Credential, change: Change | None, refusal: ConflictError | None = None
) -> ConflictError:
    """Build the conflict with both versions and the one read before; of a password only its state."""
    changed = change.changed_fields() if change is not None else ()
    differing = convert.find_differences(read, theirs)
    names = [*changed, *(name for name in differing if name not in changed)]
    return ConflictError(
        f"{read.address} was changed at Sendmux since it was read ({', '.join(differing)}). Nothing was written.",
        account=read.account,
        id=read.id,
        operation="update" if change is not None else "delete",
        code=refusal.code if refusal else None,
        request_id=refusal.request_id if refusal else None,
        details={
            "yours": {name: convert.changed_value(change, name) for name in changed if change is not None},
            "theirs": {name: convert.field_value(theirs, name) for name in names},
            "read": {name: convert.field_value(read, name) for name in names},
        },
    )
