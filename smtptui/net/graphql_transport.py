"""gql over the account's own HTTP session: gql's own transports would bypass its pacing, retries and redaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport import AsyncTransport
from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType, parse

from smtptui.model.errors import SmtptuiError, UnsupportedError
from smtptui.net.call import Call
from smtptui.net.response import Response

if TYPE_CHECKING:
    from smtptui.net.graphql import Document, GraphQLSession


@lru_cache(maxsize=256)
def _parse(text: str) -> DocumentNode:
    return parse(text, no_location=True)


def _operations(text: str) -> list[OperationDefinitionNode]:
    return [node for node in _parse(text).definitions if isinstance(node, OperationDefinitionNode)]


def is_mutation(text: str) -> bool:
    """Return whether a document contains anything but queries. Raises graphql.GraphQLSyntaxError."""
    return any(node.operation is not OperationType.QUERY for node in _operations(text))


def find_operation_name(text: str) -> str | None:
    """Return the name of a document's one named operation, None when there is none or several."""
    names = [node.name.value for node in _operations(text) if node.name is not None]
    return names[0] if len(names) == 1 else None


class SessionTransport(AsyncTransport):
    """Sends gql's requests through the session."""

    def __init__(self, session: GraphQLSession) -> None:
        self._session = session

    async def connect(self) -> None:
        """Do nothing: the session opens its client itself."""

    async def close(self) -> None:
        """Do nothing: the client belongs to the session."""

    async def execute(self, request: GraphQLRequest, call: Call | None = None) -> ExecutionResult:
        """Send one request. Errors in the response are raised, never returned."""
        assert call is not None
        of_call = call
        session = self._session
        data: Mapping[str, Any] = {}

        def classify(response: Response) -> SmtptuiError | None:
            nonlocal data
            data, error = session.parse_response(response, of_call)
            return error

        await session.http.send(
            of_call,
            "POST",
            session.url,
            headers=session.headers,
            json=request.payload,
            auth=session.auth,
            classify=classify,
            is_query=True,
        )
        return ExecutionResult(data=dict(data), errors=None)

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Raise UnsupportedError: no provider offers subscriptions."""
        raise UnsupportedError("GraphQL subscriptions are not used by smtptui.")
        yield ExecutionResult()


class GqlClient:
    """gql's client over one session. It has no timeout of its own: the session has one for each exchange."""

    def __init__(self, session: GraphQLSession) -> None:
        client = Client(transport=SessionTransport(session), execute_timeout=None)
        self._gql = AsyncClientSession(client)

    async def execute(
        self, document: Document, variables: Mapping[str, object], call: Call
    ) -> Mapping[str, Any]:
        request = GraphQLRequest(
            _parse(document.text),
            variable_values=dict(variables),
            operation_name=find_operation_name(document.text),
        )
        return await self._gql.execute(request, call=call)
