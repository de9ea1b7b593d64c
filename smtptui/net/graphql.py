"""GraphQL over an account's HTTP session: documents, responses, and the errors they contain."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from smtptui.model.errors import OutcomeUnknownError, ProtocolBrokenError, ReadOnlyError, SmtptuiError
from smtptui.net.authorizer import Authorizer
from smtptui.net.call import Call, CallKind
from smtptui.net.classify import classify_status
from smtptui.net.response import Response
from smtptui.net.session import NO_HEADERS, HttpSession

if TYPE_CHECKING:
    from smtptui.net.graphql_transport import GqlClient

Data: TypeAlias = Mapping[str, Any]
"""The `data` of a response."""
_NO_VARIABLES: Data = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Document:
    """One GraphQL operation; `operation` is its name in errors and logs. Parsed once, on first use."""

    operation: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GraphQLError:
    """One entry of `errors` (GraphQL specification, section 7.1.2), with the extensions that providers use."""

    message: str
    code: str | None = None
    correlation_id: str | None = None
    path: tuple[str | int, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict, repr=False)


ClassifyErrors = Callable[[Sequence[GraphQLError], Response], SmtptuiError]
OtherShapes = Callable[[Mapping[str, Any], Response], "SmtptuiError | None"]


class GraphQLSession:
    """Executes documents at one URL. The constructor does no I/O and does not import gql."""

    def __init__(
        self,
        http: HttpSession,
        url: str,
        *,
        auth: Authorizer | None,
        headers: Mapping[str, str] = NO_HEADERS,
        classify_errors: ClassifyErrors,
        other_shapes: OtherShapes | None = None,
    ) -> None:
        self.http = http
        self.url = url
        self.auth = auth
        self.headers = headers
        self._classify_errors = classify_errors
        self._other_shapes = other_shapes
        self._client: GqlClient | None = None

    async def execute(
        self,
        document: Document,
        variables: Mapping[str, object] = _NO_VARIABLES,
        *,
        kind: CallKind,
        key: str | None = None,
    ) -> Data:
        """Execute a document and return `data`. Any entry in `errors` is a failure.

        Raises ReadOnlyError for a mutation in read-only mode, unless its kind is `test`; TypeError for a mutation
        tagged as a read; OutcomeUnknownError for a write whose response has both errors and data.
        """
        from smtptui.net.graphql_transport import GqlClient, is_mutation

        if is_mutation(document.text) and kind not in (CallKind.WRITE, CallKind.TEST):
            if self.http.options.read_only:
                raise ReadOnlyError(
                    f"{document.operation} is a mutation, and the account is read-only. Nothing was sent.",
                    account=self.http.options.account,
                    operation=document.operation,
                )
            raise TypeError(f"{document.operation} is a mutation but is tagged {kind}")
        if self._client is None:
            self._client = GqlClient(self._send)
        return await self._client.execute(document.text, variables, Call(document.operation, kind, key))

    async def _send(self, payload: Mapping[str, Any], call: Call) -> Data:
        data: Data = {}

        def classify(response: Response) -> SmtptuiError | None:
            nonlocal data
            data, error = self._parse_response(response, call)
            return error

        await self.http.send(
            call,
            "POST",
            self.url,
            headers=self.headers,
            json=payload,
            auth=self.auth,
            classify=classify,
            is_query=True,
        )
        return data

    def _parse_response(self, response: Response, call: Call) -> tuple[Data, SmtptuiError | None]:
        """Return the data of a response and its error; the data counts only without an error."""
        good = 200 <= response.status < 300
        body = _parse_object(response)
        if body is None or response.status >= 500:
            return {}, (_invalid_response_error(response, call) if good else classify_status(response))
        data = body.get("data")
        errors = _parse_errors(body)
        if errors:
            error = self._classify_errors(errors, response)
            if call.kind is CallKind.WRITE and _has_data(data):
                error = OutcomeUnknownError(
                    f"{response.host} answered {call.operation} with both errors and data, so the write may have "
                    f"happened: {error.message}",
                    code=error.code,
                    request_id=error.request_id,
                    details=error.details,
                )
            return {}, error
        if good and isinstance(data, dict) and not body.get("errors"):
            return data, None
        shaped = self._other_shapes(body, response) if self._other_shapes is not None else None
        return {}, shaped or classify_status(response) or _invalid_response_error(response, call)


def _parse_object(response: Response) -> Mapping[str, Any] | None:
    try:
        body = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _invalid_response_error(response: Response, call: Call) -> SmtptuiError:
    """Return the error for a 2xx response that is not a GraphQL response."""
    write = call.kind is CallKind.WRITE
    try:
        _ = response.json_after_write() if write else response.json()
    except SmtptuiError as error:
        return error
    message = f"{response.host} answered {response.status} to {call.operation} with JSON that is not a GraphQL response"
    if write:
        return OutcomeUnknownError(f"{message}: it may or may not have happened.")
    return ProtocolBrokenError(f"{message}.")


def _parse_errors(body: Mapping[str, Any]) -> Sequence[GraphQLError]:
    """Parse the entries of `errors`; none when the list is not of the standard's shape."""
    entries = body.get("errors")
    if not isinstance(entries, list):
        return ()
    if not all(isinstance(entry, dict) and isinstance(entry.get("message"), str) for entry in entries):
        return ()
    return tuple(_parse_error(entry) for entry in entries)


def _parse_error(entry: Mapping[str, Any]) -> GraphQLError:
    extensions = entry.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    path = entry.get("path")
    return GraphQLError(
        message=entry["message"],
        code=_text(extensions.get("code")),
        correlation_id=_text(extensions.get("correlation_id")),
        path=tuple(step for step in path if isinstance(step, (str, int))) if isinstance(path, list) else (),
        extensions=extensions,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _has_data(data: object) -> bool:
    return isinstance(data, dict) and any(value is not None for value in data.values())
