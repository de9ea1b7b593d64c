"""Pipefy: GraphQL in the manner of graphql-ruby, HTTP 200 with ``errors``. Source: the provider's documented
rules. Creates are served on ``/internal_api``; list, update and delete on ``/graphql``."""

from __future__ import annotations

import re
import secrets
import uuid
from typing import Any

from graphql import ExecutionResult, FieldNode, GraphQLError, OperationDefinitionNode

from .accounts import PipefyOrganization
from .document import GraphQLEndpoint, from_input, is_mutation, list_root_fields
from .exchange import Answer, IncomingCall, Label
from .oauth import client_of, token_answer
from .records import Record

ENDPOINTS = {
    "/internal_api": {"createSmtpConfiguration", "createSmtpCustomEmailWithConfiguration"},
    "/graphql": {
        "smtpConfigurations",
        "updateSmtpConfiguration",
        "deleteSmtpConfiguration",
        "deleteSmtpCustomEmail",
    },
}
TOKEN_PATH = "/oauth/token"

# graphql-core's words for an invalid document or variable (3.2 and 3.3) → graphql-ruby's code
VALIDATION_CODES = (
    (r"not to include unknown field|Unknown argument|is not defined by type", "argumentNotAccepted"),
    (r"to include required field|non-null type|was not provided", "missingRequiredInputObjectAttribute"),
    (r"Cannot query field", "undefinedField"),
)
STATUS_CODES = {
    401: "UNAUTHORIZED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_NOT_FOUND",
    422: "INVALID_INPUT",
    429: "USAGE_LIMIT_EXCEEDED",
}


def make_error(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def validation_code(error: GraphQLError) -> str:
    found = (code for pattern, code in VALIDATION_CODES if re.search(pattern, error.message))
    return next(found, "INVALID_INPUT")


def new_record(organization_id: str, fields: dict[str, Any], id: str | None = None) -> Record:
    return {
        "id": id or str(uuid.uuid4()),
        "host": fields["host"],
        "port": fields["port"],
        "username": fields.get("username"),
        "password": fields.get("password"),
        "encryptedPassword": secrets.token_hex(24) if fields.get("password") else None,
        "defaultSmtp": bool(fields.get("defaultSmtp")),
        "organizationId": organization_id,
        "ipRelayAuth": bool(fields.get("ipRelayAuth")),
        "outlookIntegration": False,
    }


def to_wire(record: Record) -> Record:
    """As answered: the port a String, the password never."""
    return {**{k: v for k, v in record.items() if k != "password"}, "port": str(record["port"])}


class Pipefy:
    prefix = "/pipefy"

    def __init__(self, organizations: list[PipefyOrganization]) -> None:
        self.organizations = organizations
        self.graphql = GraphQLEndpoint("pipefy.graphql")

    def caller(self, call: IncomingCall) -> PipefyOrganization | None:
        return next((o for o in self.organizations if o.tokens.good(call.bearer)), None)

    def _client(self, call: IncomingCall) -> PipefyOrganization | None:
        client_id, _ = client_of(call)
        return next((o for o in self.organizations if o.tokens.client_id == client_id), None)

    def label(self, call: IncomingCall) -> Label:
        alone = self.organizations[0] if len(self.organizations) == 1 else None
        if call.path == TOKEN_PATH:
            client = self._client(call) or alone
            return Label(client.name if client else None, "token", "auth")
        caller = self.caller(call) or alone
        _, operation = self.graphql.find_operation(call)
        fields = list_root_fields(operation)
        body = call.body if isinstance(call.body, dict) else {}
        return Label(
            caller.name if caller else None,
            ",".join(fields) or "unknown",
            "write" if is_mutation(operation) or not fields else "read",
            body.get("variables"),
        )

    async def answer(self, call: IncomingCall, label: Label) -> Answer:
        if call.path == TOKEN_PATH:
            return token_answer(call, (self._client(call) or self.organizations[0]).tokens)
        if call.path not in ENDPOINTS:
            return Answer(404, {"error": {"message": "Not found", "details": _details("RESOURCE_NOT_FOUND")}})
        caller = self.caller(call)
        if caller is None:
            detail = "The access token is missing, invalid or expired"
            return Answer(401, {"errors": [{"title": "Unauthorized", "detail": detail}]})
        if call.method != "POST" or not isinstance(call.body, dict):
            details = {"message": "POST a JSON object", "details": _details("INVALID_INPUT")}
            return Answer(400, {"error": details})
        document, operation = self.graphql.find_operation(call)
        errors = document.errors or self._find_misplaced(caller, call.path, operation)
        if errors:
            return Answer(200, {"errors": [_format_error(e) for e in errors]})
        return _format_result(await self.graphql.run(call, PipefyOperations(caller).root()))

    def _find_misplaced(
        self, caller: PipefyOrganization, path: str, operation: OperationDefinitionNode | None
    ) -> list[GraphQLError]:
        """What graphql-ruby says of fields that this endpoint's schema lacks."""
        kind = "Mutation" if is_mutation(operation) else "Query"
        missing = [
            (name, kind)
            for name in list_root_fields(operation)
            if caller.strict_endpoints and name not in ENDPOINTS[path]
        ]
        if not caller.relay_in_list and operation and "smtpConfigurations" in list_root_fields(operation):
            missing += [("ipRelayAuth", "SmtpConfiguration")] if _selects(operation, "ipRelayAuth") else []
        return [
            GraphQLError(
                f"Field '{name}' doesn't exist on type '{kind}'", extensions={"code": "undefinedField"}
            )
            for name, kind in missing
        ]

    def refusal(self, status: int, code: str | None, message: str | None) -> Answer:
        code = code or STATUS_CODES.get(status, "INTERNAL_SERVER_ERROR")
        if status == 401:
            return Answer(401, {"errors": [{"title": "Unauthorized", "detail": message or code}]})
        return Answer(status, {"error": {"message": message or code, "details": _details(code)}})

    def graphql_error(self, label: Label, code: str, message: str | None) -> dict[str, Any]:
        return {"message": message or code, "path": [label.operation], "extensions": _details(code)}


class PipefyOperations:
    """The operations, for one caller."""

    def __init__(self, caller: PipefyOrganization) -> None:
        self.caller = caller

    def root(self) -> dict[str, Any]:
        return {
            "smtpConfigurations": self.list,
            "createSmtpConfiguration": from_input(self.create),
            "createSmtpCustomEmailWithConfiguration": from_input(self.create_with_sender),
            "updateSmtpConfiguration": from_input(self.update),
            "deleteSmtpConfiguration": from_input(self.delete),
            "deleteSmtpCustomEmail": from_input(self.delete_sender),
        }

    def may_manage(self, organization_id: str | None = None) -> None:
        if not self.caller.manage:
            raise make_error("PERMISSION_DENIED", "Permission denied")
        if organization_id is not None and organization_id != self.caller.organization_id:
            raise make_error("RESOURCE_NOT_FOUND", f"Organization not found with id: {organization_id}")

    def list(self, _: Any, organizationId: str, defaultSmtp: bool | None = None) -> dict[str, Any]:
        if not self.caller.manage:
            return {"nodes": []}
        self.may_manage(organizationId)
        wanted = (r for r in self.caller.records if defaultSmtp in (None, r["defaultSmtp"]))
        return {"nodes": [{**record, "port": str(record["port"])} for record in wanted]}

    def create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self.may_manage(wanted["organizationId"])
        self.refuse(wanted, needs_login=not wanted.get("ipRelayAuth"))
        if wanted["defaultSmtp"]:
            self.refuse_second_default(None)
        record = self.caller.records.add(new_record(self.caller.organization_id, wanted))
        return {"smtpConfiguration": to_wire(record), **_echo(wanted)}

    def create_with_sender(self, wanted: dict[str, Any]) -> dict[str, Any]:
        configuration = wanted.get("smtpConfiguration")
        self.may_manage(configuration["organizationId"] if configuration else None)
        address = wanted["emailAddress"]
        if not wanted["senderName"].strip() or "@" not in address:
            raise make_error("RECORD_INVALID", "Sender name can't be blank, Email address is invalid")
        if any(s["emailAddress"].lower() == address.lower() for s in self.caller.senders.values()):
            raise make_error("RECORD_INVALID", "Email address has already been taken")
        record = self._configuration_for_sender(configuration)
        sender = {
            "id": str(uuid.uuid4()),
            "emailAddress": address,
            "senderName": wanted["senderName"],
            "smtpConfigurationId": record["id"],
        }
        self.caller.senders[sender["id"]] = sender
        return {"smtpCustomEmail": {**sender, "smtpConfiguration": to_wire(record)}, **_echo(wanted)}

    def _configuration_for_sender(self, wanted: dict[str, Any] | None) -> Record:
        if wanted is not None:
            self.refuse(wanted, needs_login=not wanted.get("ipRelayAuth"))
            return self.caller.records.add(new_record(self.caller.organization_id, wanted))
        default = next((r for r in self.caller.records if r["defaultSmtp"]), None)
        if default is None:
            raise make_error("RECORD_INVALID", "Smtp configuration can't be blank")
        return default

    def update(self, wanted: dict[str, Any]) -> dict[str, Any]:
        record = self.find(wanted["id"])
        # A null password, and any other null that the type allows, keeps what is stored.
        changes = {
            name: wanted[name]
            for name in ("host", "port", "username", "password", "defaultSmtp")
            if wanted.get(name) is not None
        }
        self.refuse(changes, needs_login=False)
        if changes.get("defaultSmtp"):
            self.refuse_second_default(record["id"])
        if changes.get("password"):
            changes["encryptedPassword"] = secrets.token_hex(24)
        record.update(changes)
        return {"smtpConfiguration": to_wire(record), **_echo(wanted)}

    def delete(self, wanted: dict[str, Any]) -> dict[str, Any]:
        record = self.find(wanted["id"])
        self.caller.records.remove(record["id"])
        return {"success": True, **_echo(wanted)}

    def delete_sender(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self.may_manage()
        sender = self.caller.senders.pop(wanted["id"], None)
        if sender is None:
            raise make_error("RESOURCE_NOT_FOUND", f"SmtpCustomEmail not found with id: {wanted['id']}")
        record = self.caller.records.get(sender["smtpConfigurationId"])
        if record and not record["defaultSmtp"] and not self.caller.senders_of(record["id"]):
            self.caller.records.remove(record["id"])
        return {"success": True, **_echo(wanted)}

    def find(self, id: str) -> Record:
        self.may_manage()
        record = self.caller.records.get(id)
        if record is None:
            raise make_error("RESOURCE_NOT_FOUND", f"SmtpConfiguration not found with id: {id}")
        return record

    def refuse_second_default(self, id: str | None) -> None:
        if any(r["defaultSmtp"] and r["id"] != id for r in self.caller.records):
            raise make_error("RECORD_INVALID", "Default smtp has already been taken")

    @staticmethod
    def refuse(fields: dict[str, Any], *, needs_login: bool) -> None:
        blank = [
            f"{name.capitalize()} can't be blank"
            for name in ("host", "username", "password")
            if fields.get(name) == "" or (needs_login and not fields.get(name))
        ]
        if blank:
            raise make_error("RECORD_INVALID", ", ".join(blank))
        if "port" in fields and not 1 <= fields["port"] <= 65535:
            raise make_error("RECORD_INVALID", "Port must be between 1 and 65535")


def _echo(wanted: dict[str, Any]) -> dict[str, Any]:
    return {"clientMutationId": wanted.get("clientMutationId")}


def _details(code: str) -> dict[str, str]:
    return {"code": code, "correlation_id": str(uuid.uuid4())}


def _format_result(result: ExecutionResult) -> Answer:
    if not result.errors:
        return Answer(200, {"data": result.data})
    return Answer(200, {"data": result.data, "errors": [_format_error(e) for e in result.errors]})


def _format_error(error: GraphQLError) -> dict[str, Any]:
    code = (error.extensions or {}).get("code")
    if code is None and error.path is not None:
        return {"message": "Internal server error", "extensions": _details("INTERNAL_SERVER_ERROR")}
    return {**error.formatted, "extensions": _details(code or validation_code(error))}


def _selects(node: Any, name: str) -> bool:
    selections = node.selection_set.selections if getattr(node, "selection_set", None) else ()
    return any((isinstance(s, FieldNode) and s.name.value == name) or _selects(s, name) for s in selections)
