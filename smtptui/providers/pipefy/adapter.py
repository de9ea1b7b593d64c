"""The Pipefy adapter: GraphQL on two endpoints."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from smtptui.model.capability import Consent, ProviderOperation
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidFieldError,
    NotFoundError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    ReadOnlyError,
    RemoteState,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.model.nearest import suggest
from smtptui.net.authorizer import Authorizer
from smtptui.net.call import CallKind
from smtptui.net.graphql import Data, Document, GraphQLSession
from smtptui.net.session import HttpSession
from smtptui.providers.base import (
    NO_CONSENT,
    Account,
    Check,
    Deletion,
    ListingEnd,
    Page,
    Provider,
)
from smtptui.providers.kit.errors import mark_done_before, outcome_unknown
from smtptui.providers.kit.logins import oauth_login
from smtptui.providers.kit.values import get_nested
from smtptui.providers.pipefy import convert, errors, rules, wire
from smtptui.providers.pipefy.capabilities import CAPABILITIES
from smtptui.providers.pipefy.convert import Sender
from smtptui.providers.pipefy.promotion import Promotion, PromotionStep

SENDER_NOTE = "sender"
"""The kind of the notes with a sender's id, keyed by the id of its configuration."""

_REMAINS = "A sender that smtptui did not create may remain, and its address cannot be used again."


class PipefyProvider(Provider):
    """One organization at Pipefy. What only the response to a create contains is kept in the local state."""

    capabilities = CAPABILITIES

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._sessions: dict[str, GraphQLSession] = {}
        self._can_list_relay = True
        self._promotion = Promotion(account.name, account.memory, self._list_records, self._set_default_flag)

    @cached_property
    def _http(self) -> HttpSession:
        return self.account.session()

    @cached_property
    def _login(self) -> Authorizer:
        return oauth_login(self.account, lambda: self._http.options.base_url.rstrip("/") + "/oauth/token")

    @cached_property
    def _endpoints(self) -> Mapping[str, str]:
        chosen = self.account.get_table("endpoints")
        for operation, path in chosen.items():
            if operation not in wire.ENDPOINTS:
                raise ConfigurationError(
                    f"The endpoints of {self.account.name} contain an unknown operation {printable(operation, 80)!r}.",
                    account=self.account.name,
                    hint=suggest(operation, wire.ENDPOINTS),
                )
            if not path.startswith("/") or path.startswith("//"):
                raise ConfigurationError(
                    f"The endpoint of {operation} in {self.account.name} is not a path.",
                    account=self.account.name,
                    hint='Write a path below base_url, such as "/graphql".',
                )
        return {**wire.ENDPOINTS, **chosen}

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        nodes = await self._fetch_nodes()
        senders = self.account.memory.recall_all(SENDER_NOTE)
        found: dict[str, Credential] = {}
        hidden = 0
        for node in nodes:
            if node is None:
                hidden += 1
                continue
            id = convert.record_id(node)
            sender = Sender.from_note(senders.get(id))
            found.setdefault(id, convert.to_credential(node, self.account.name, sender))
        yield Page(tuple(found.values()), len(found) if not hidden else None)
        if hidden:
            yield ListingEnd(False, f"Pipefy hides {hidden} of its records from this login.")
        else:
            yield ListingEnd(True, "" if found else CAPABILITIES.empty_note)

    async def check(self) -> Check:
        nodes = await self._fetch_nodes()
        may: dict[ProviderOperation, bool | None] = dict.fromkeys(CAPABILITIES.operations)
        may.update({ProviderOperation.LIST: True if nodes else None, ProviderOperation.CHECK: True})
        stored = f"{len(nodes)} stored." if nodes else f"Nothing listed: {CAPABILITIES.empty_note}."
        return Check(
            login=f"organization {printable(self._organization, 80)}",
            may=may,
            detail=f"{stored} What else this login may do shows only when it is used.",
        )

    def check_draft(self, draft: Draft) -> None:
        rules.check_draft(draft)

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        draft = rules.check_draft(draft)
        wants_default = draft.get("default") is True
        if rules.has_sender(draft):
            credential = await self._create_with_sender(draft)
        else:
            # Pipefy accepts a new default only while there is no other one.
            as_default = wants_default and not any(record.default for record in await self._list_records())
            variables = {"input": convert.to_create(draft, self._organization, default=as_default)}
            data = await self._write(wire.CREATE, variables)
            credential = self._parse_stored(
                wire.CREATE,
                get_nested(data, wire.CREATE.operation, "smtpConfiguration"),
                auth=_auth_of(draft),
            )
        if not wants_default or credential.default:
            return credential
        self._promotion.write_note(None, credential.id, PromotionStep.STORED)
        return await self._promote_stored(credential.id, "The credential is stored")

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        change = rules.check_change(change, current)
        promote = change.values.get("default") is True
        body = convert.to_update(id, change)
        if len(body) == 1 and not promote:
            return current
        self._require_writable(wire.UPDATE)
        if not promote:
            await self._promotion.resume()
        credential = current
        if len(body) > 1:
            credential = await self._update(body, auth=current.auth)
            if body.get("defaultSmtp") is False and credential.default:
                raise UnsupportedError(
                    f"Pipefy did not demote {credential.address}: it is still the default.",
                    account=self.account.name,
                    id=id,
                    operation=wire.UPDATE.operation,
                    field="default",
                    outcome=RemoteState.NOTHING_DONE if len(body) == 2 else RemoteState.PARTLY_DONE,
                    hint="Make another credential the default instead.",
                )
            if promote:
                return await self._promote_stored(id, "The other changes are stored")
            return credential
        return await self._promotion.promote(id)

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        sender = Sender.from_note(self.account.memory.recall(SENDER_NOTE, id))
        if sender is None:
            await self._delete(wire.DELETE, id)
            return Deletion(_REMAINS)
        if current is not None and current.default:
            raise ConflictError(
                f"{self.account.name}/{printable(id, 80)} is the default, and Pipefy does not delete the "
                "default through its sender. Nothing was sent.",
                account=self.account.name,
                id=id,
                operation=wire.DELETE_SENDER.operation,
                hint="Make another credential the default first, then delete this one.",
            )
        try:
            await self._delete(wire.DELETE_SENDER, sender.id)
        except NotFoundError:
            # The sender was deleted elsewhere; its configuration may remain.
            await self._delete(wire.DELETE, id)
            self.account.memory.forget(SENDER_NOTE, id)
            return Deletion()
        # Pipefy keeps a configuration that another sender uses; it takes a call of its own.
        try:
            left = any(record.id == id for record in await self._list_records())
        except SmtptuiError:
            self.account.memory.forget(SENDER_NOTE, id)
            return Deletion("The list could not be read afterwards: the configuration itself may remain.")
        if left:
            self.account.memory.forget(SENDER_NOTE, id)
            await self._delete_configuration(id)
            return Deletion(_REMAINS)
        self.account.memory.forget(SENDER_NOTE, id)
        return Deletion()

    async def set_default(self, id: str) -> Credential:
        self._require_writable(wire.UPDATE)
        return await self._promotion.promote(id)

    def list_unfinished(self) -> Sequence[str]:
        return self._promotion.list_unfinished()

    @property
    def _organization(self) -> str:
        return self.account.get_text("organization_id")

    def _graphql(self, document: Document) -> GraphQLSession:
        path = self._endpoints[document.operation]
        if path not in self._sessions:
            self._sessions[path] = GraphQLSession(
                self._http,
                self._http.options.base_url.rstrip("/") + path,
                auth=self._login,
                classify_errors=errors.classify,
                other_shapes=errors.parse_other_shapes,
            )
        return self._sessions[path]

    async def _fetch_nodes(self) -> Sequence[object]:
        """Fetch the records as listed; None for a record that Pipefy hides."""
        data = await self._fetch_list()
        connection = data.get("smtpConfigurations")
        if connection is None:
            return ()
        nodes = connection.get("nodes") if isinstance(connection, Mapping) else None
        if not isinstance(nodes, (list, tuple)):
            raise ProtocolBrokenError(
                "Pipefy's list of configurations has no nodes.",
                account=self.account.name,
                operation=wire.LIST.operation,
            )
        return nodes

    async def _fetch_list(self) -> Data:
        variables = {"organizationId": self._organization}
        if self._can_list_relay:
            try:
                return await self._graphql(wire.LIST).execute(wire.LIST, variables, kind=CallKind.READ)
            except (InvalidFieldError, ProtocolBrokenError, ForbiddenError) as refusal:
                # Only an error about this undocumented field means that the list works without it.
                if refusal.field != "auth":
                    raise
                self._can_list_relay = False
        return await self._graphql(wire.LIST_PLAIN).execute(wire.LIST_PLAIN, variables, kind=CallKind.READ)

    async def _list_records(self) -> Sequence[Credential]:
        found: list[Credential] = []
        async for item in self.list():
            if isinstance(item, Page):
                found.extend(item.credentials)
        return found

    async def _create_with_sender(self, draft: Draft) -> Credential:
        document = wire.CREATE_WITH_SENDER
        variables = {"input": convert.to_create_with_sender(draft, self._organization)}
        data = await self._write(document, variables)
        email = get_nested(data, document.operation, "smtpCustomEmail")
        credential = self._parse_stored(
            document, get_nested(email, "smtpConfiguration"), auth=_auth_of(draft)
        )
        try:
            sender_id = convert.record_id(email)
        except ProtocolBrokenError:
            sender_id = ""
        sender = Sender(sender_id, draft.text("from_email"), draft.text("from_name"))
        if sender_id:
            self.account.memory.remember(SENDER_NOTE, credential.id, sender.to_note())
            sender = Sender.from_note(self.account.memory.recall(SENDER_NOTE, credential.id)) or sender
        # The response has neither: the username is the one sent, and a sender is never created as the default.
        credential = replace(
            credential,
            username=credential.username or draft.text("username"),
            default=bool(credential.default),
        )
        return convert.with_sender(credential, sender)

    async def _promote_stored(self, id: str, done: str) -> Credential:
        try:
            return await self._promotion.promote(id)
        except SmtptuiError as error:
            address = f"{self.account.name}/{printable(id, 80)}"
            mark_done_before(error, id, f"{done} as {address}, but it was not made the default")
            raise

    async def _set_default_flag(self, id: str, default: bool) -> Credential:
        return await self._update({"id": id, "defaultSmtp": default}, auth=None)

    async def _update(self, body: Mapping[str, object], *, auth: str | None) -> Credential:
        data = await self._write(wire.UPDATE, {"input": body})
        stored = get_nested(data, wire.UPDATE.operation, "smtpConfiguration")
        credential = self._parse_stored(wire.UPDATE, stored, auth=auth)
        if credential.id != body["id"]:
            raise self._outcome_unknown(
                wire.UPDATE, "Pipefy responded with another record than the changed one"
            )
        return credential

    async def _delete_configuration(self, id: str) -> None:
        try:
            await self._delete(wire.DELETE, id)
        except SmtptuiError as error:
            mark_done_before(error, id, "The sender is deleted, but its configuration is not")
            raise

    async def _delete(self, document: Document, id: str) -> None:
        data = await self._write(document, {"input": {"id": id}})
        if get_nested(data, document.operation, "success") is not True:
            raise self._outcome_unknown(
                document, "Pipefy's response does not say whether it deleted the record"
            )

    async def _write(self, document: Document, variables: Mapping[str, object]) -> Data:
        data = await self._graphql(document).execute(document, variables, kind=CallKind.WRITE)
        response = data.get(document.operation)
        if isinstance(response, Mapping) and response.get("success") is False:
            default = (
                " It does not delete the default through its sender."
                if document is wire.DELETE_SENDER
                else ""
            )
            raise UnavailableError(
                f"Pipefy answered {document.operation} with success: false and without a reason.{default}",
                account=self.account.name,
                operation=document.operation,
                hint="List the account again, or try it in Pipefy's own settings.",
            )
        return data

    def _parse_stored(self, document: Document, record: object, *, auth: str | None) -> Credential:
        """Parse the record in the response to a write. Without it, the outcome is unknown."""
        try:
            credential = convert.to_credential(record, self.account.name, auth=auth)
        except ProtocolBrokenError as problem:
            raise self._outcome_unknown(document, problem.message) from problem
        sender = Sender.from_note(self.account.memory.recall(SENDER_NOTE, credential.id))
        return convert.with_sender(credential, sender) if sender is not None else credential

    def _outcome_unknown(self, document: Document, reason: str) -> OutcomeUnknownError:
        return outcome_unknown(self.account.name, document.operation, reason)

    def _require_writable(self, document: Document) -> None:
        # A promotion writes a note before each step; read-only mode must not even write the note.
        if self._http.options.read_only:
            raise ReadOnlyError(
                f"{self.account.name} is read-only. {document.operation} was not sent.",
                account=self.account.name,
                operation=document.operation,
            )


def _auth_of(draft: Draft) -> str:
    return "none" if draft.get("auth") == "none" else "password"
