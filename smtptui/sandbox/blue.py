"""Blue: GraphQL in the manner of Apollo Server. Source: the provider's documented rules."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from graphql import ExecutionResult, GraphQLError

from .accounts import BlueCompany
from .clock import Clock, stamp
from .document import GraphQLEndpoint, from_input, is_mutation, list_root_fields
from .exchange import JSON_TYPE, Answer, IncomingCall, Label
from .records import Record
from .smtp_check import Login, SmtpCheck, security_by_port

MAX_TAKE = 100
DEFAULT_PORT = 587
RESERVED_NAME = "blue"
RESERVED_DOMAIN = "@blue.cc"
DESIRED = ("host", "port", "username", "password", "senderName", "senderEmail")

STATUS_CODES = {
    400: "BAD_USER_INPUT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "COMPANY_NOT_FOUND",
    429: "RATE_LIMITED",
}


def make_error(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def new_record(now: str, fields: dict[str, Any], id: str | None = None) -> Record:
    record: Record = {"id": id or "cm" + secrets.token_hex(11), "uid": uuid.uuid4().hex}
    record.update({name: fields.get(name) for name in DESIRED})
    return {**record, "verifiedAt": None, "createdAt": now, "updatedAt": now}


class Blue:
    prefix = "/blue"

    def __init__(self, companies: list[BlueCompany], check: SmtpCheck, clock: Clock) -> None:
        self.companies = companies
        self.check = check
        self.clock = clock
        self.graphql = GraphQLEndpoint("blue.graphql")

    def caller(self, call: IncomingCall) -> BlueCompany | None:
        """The company whose member holds the token of this call."""
        token = (call.headers.get("x-bloo-token-id"), call.headers.get("x-bloo-token-secret"))
        found = (c for c in self.companies if (c.token_id, c.token_secret) == token and not c.token_expired)
        return next(found, None)

    def company(self, name: str | None) -> BlueCompany:
        """By id or slug."""
        for company in self.companies:
            if name is not None and name in (company.company_id, company.slug):
                return company
        raise make_error("COMPANY_NOT_FOUND", "Company was not found.")

    def label(self, call: IncomingCall) -> Label:
        caller = self.caller(call) or self._named_by_header(call)
        _, operation = self.graphql.find_operation(call)
        fields = list_root_fields(operation)
        tests_only = bool(fields) and all(name == "verifySmtpCredential" for name in fields)
        is_write = is_mutation(operation) or not fields
        body = call.body if isinstance(call.body, dict) else {}
        return Label(
            caller.name if caller else None,
            ",".join(fields) or "unknown",
            "test" if tests_only else "write" if is_write else "read",
            body.get("variables"),
        )

    def _named_by_header(self, call: IncomingCall) -> BlueCompany | None:
        name = call.headers.get("x-bloo-company-id")
        return next((c for c in self.companies if name in (c.company_id, c.slug)), None)

    async def answer(self, call: IncomingCall, label: Label) -> Answer:
        if call.path != "/graphql":
            return Answer(404, {"error": "Not Found"})
        if call.method != "POST" or not call.headers.get("content-type", "").startswith(JSON_TYPE):
            return self._errors(400, [make_error("BAD_REQUEST", "POST a JSON body.")])
        if not isinstance(call.body, dict):
            return self._errors(400, [make_error("BAD_REQUEST", "POST body is not a JSON object.")])
        document, _ = self.graphql.find_operation(call)
        if document.node is None:
            return self._errors(400, document.errors, "GRAPHQL_PARSE_FAILED")
        if document.errors:
            return self._errors(400, document.errors, "GRAPHQL_VALIDATION_FAILED")
        result = await self.graphql.run(call, BlueOperations(self, call).root())
        return self._result(result)

    def _result(self, result: ExecutionResult) -> Answer:
        if not result.errors:
            return Answer(200, {"data": result.data})
        # Variables that cannot be coerced fail before anything is executed: Apollo's BAD_USER_INPUT.
        uncoerced = [e for e in result.errors if e.path is None]
        if uncoerced:
            return self._errors(400, uncoerced, "BAD_USER_INPUT")
        return Answer(
            200, {"data": result.data, "errors": [self._format_error(e, None) for e in result.errors]}
        )

    def _errors(self, status: int, errors: list[GraphQLError], code: str | None = None) -> Answer:
        return Answer(status, {"errors": [self._format_error(e, code) for e in errors]})

    @staticmethod
    def _format_error(error: GraphQLError, code: str | None) -> dict[str, Any]:
        formatted: dict[str, Any] = dict(error.formatted)
        known = code or (error.extensions or {}).get("code")
        if known is None:
            formatted["message"] = "Something went wrong. Please try again later."
        formatted["extensions"] = {"code": known or "INTERNAL_SERVER_ERROR"}
        return formatted

    def refusal(self, status: int, code: str | None, message: str | None) -> Answer:
        code = code or STATUS_CODES.get(status, "INTERNAL_SERVER_ERROR")
        return Answer(status, {"errors": [{"message": message or code, "extensions": {"code": code}}]})

    def graphql_error(self, label: Label, code: str, message: str | None) -> dict[str, Any]:
        return {"message": message or code, "path": [label.operation], "extensions": {"code": code}}


class BlueOperations:
    """The operations, for one call with its headers. Access is asymmetric: the list needs membership only,
    every mutation needs OWNER or ADMIN and the feature."""

    def __init__(self, blue: Blue, call: IncomingCall) -> None:
        self.blue = blue
        self.call = call
        self.caller = blue.caller(call)

    def root(self) -> dict[str, Any]:
        return {
            "smtpCredentials": self.list,
            "createSmtpCredential": from_input(self.create),
            "updateSmtpCredential": from_input(self.update),
            "deleteSmtpCredential": self.delete,
            "verifySmtpCredential": from_input(self.verify),
        }

    def signed_in(self) -> BlueCompany:
        if self.caller is None:
            raise make_error("UNAUTHENTICATED", "You must be logged in.")
        return self.caller

    def may_read(self, company: BlueCompany) -> None:
        if self.signed_in() is not company:
            raise make_error("FORBIDDEN", "You are not a member of this company.")

    def may_write(self, company: BlueCompany) -> None:
        self.may_read(company)
        if company.role not in ("OWNER", "ADMIN"):
            raise make_error("FORBIDDEN", "You are not authorized to perform this action.")
        if not company.feature:
            raise make_error("PRO_REQUIRED", "This feature needs the white-label add-on.")

    def from_header(self) -> BlueCompany:
        return self.blue.company(self.call.headers.get("x-bloo-company-id"))

    def list(self, _: Any, skip: int | None = 0, take: int | None = 20) -> dict[str, Any]:
        self.signed_in()
        company = self.from_header()
        self.may_read(company)
        skip, take = skip or 0, min(20 if take is None else take, MAX_TAKE)
        if skip < 0 or take < 1:
            raise make_error("BAD_USER_INPUT", "skip must not be negative and take must be at least 1.")
        total = len(company.records)
        page_info = {
            "totalItems": total,
            "totalPages": -(-total // take),
            "page": skip // take + 1,
            "perPage": take,
            "hasNextPage": skip + take < total,
            "hasPreviousPage": skip > 0,
        }
        return {"items": company.records.page(skip, take), "pageInfo": page_info}

    async def create(self, wanted: dict[str, Any]) -> Record:
        self.signed_in()
        company = self.blue.company(wanted["companyId"])
        self.may_write(company)
        self.refuse(wanted)
        record = company.records.add(new_record(stamp(self.blue.clock()), wanted))
        await self.restamp(record)
        return dict(record)

    async def update(self, wanted: dict[str, Any]) -> Record:
        company, record = self.find(wanted["id"])
        changes = {name: wanted[name] for name in DESIRED if name in wanted}
        self.refuse(changes)
        if not changes and not company.id_only_update:
            raise make_error("BAD_USER_INPUT", "Nothing to update.")
        if changes.get("password") == "":
            changes["password"] = None
        record.update(changes)
        record["updatedAt"] = stamp(self.blue.clock())
        await self.restamp(record)
        return dict(record)

    def delete(self, _: Any, id: str) -> bool:
        company, record = self.find(id)
        company.records.remove(record["id"])
        return True

    async def verify(self, wanted: dict[str, Any]) -> bool:
        self.signed_in()
        self.may_write(self.from_header())
        return await self.works({"port": DEFAULT_PORT, **{k: v for k, v in wanted.items() if v is not None}})

    def find(self, id: str) -> tuple[BlueCompany, Record]:
        company = self.signed_in()
        self.may_write(company)
        record = company.records.get(id)
        if record is None:
            raise make_error("SMTP_CREDENTIAL_NOT_FOUND", "SMTP credential was not found.")
        return company, record

    @staticmethod
    def refuse(fields: dict[str, Any]) -> None:
        if (fields.get("senderName") or "").strip().lower() == RESERVED_NAME:
            raise make_error("SMTP_CREDENTIAL_RESERVED_SENDER_NAME", "This sender name is reserved.")
        if RESERVED_DOMAIN in (fields.get("senderEmail") or "").lower():
            raise make_error("SMTP_CREDENTIAL_RESERVED_SENDER_EMAIL", "This sender email is reserved.")
        port = fields.get("port")
        if port is not None and not 1 <= port <= 65535:
            raise make_error("BAD_USER_INPUT", "port must be between 1 and 65535.")

    async def restamp(self, record: Record) -> None:
        """Test what is stored, and say so in ``verifiedAt``: now, or null."""
        works = await self.works(record)
        record["verifiedAt"] = stamp(self.blue.clock()) if works else None

    async def works(self, fields: dict[str, Any]) -> bool:
        port = fields.get("port") or DEFAULT_PORT
        if not (fields.get("host") and fields.get("username") and fields.get("password")):
            return False
        login = Login(fields["host"], port, security_by_port(port), fields["username"], fields["password"])
        return (await self.blue.check.login(login)).success
