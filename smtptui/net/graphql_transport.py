"""gql over the account's own HTTP session: gql's own transports would bypass its pacing, retries and redaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport import AsyncTransport
from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType, parse

from smtptui.model.errors import UnsupportedError
from smtptui.net.call import Call

Send: TypeAlias = Callable[[Mapping[str, Any], Call], Awaitable[Mapping[str, Any]]]
"""Sends the payload of a request and returns the `data` of its response. Raises for an error in it."""


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


class _SessionTransport(AsyncTransport):
    """Passes gql's requests to `send`."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def connect(self) -> None:
        """Do nothing: the session opens its client itself."""

    async def close(self) -> None:
        """Do nothing: the client belongs to the session."""

    async def execute(self, request: GraphQLRequest, call: Call | None = None) -> ExecutionResult:
        assert call is not None
        return ExecutionResult(data=dict(await self._send(request.payload, call)), errors=None)

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Raise UnsupportedError: no provider offers subscriptions."""
        raise UnsupportedError("GraphQL subscriptions are not used by smtptui.")
        yield ExecutionResult()


class GqlClient:
    """gql's client over `send`. It has no timeout of its own: the session has one for each exchange."""

    def __init__(self, send: Send) -> None:
        self._gql = AsyncClientSession(Client(transport=_SessionTransport(send), execute_timeout=None))

    async def execute(self, text: str, variables: Mapping[str, object], call: Call) -> Mapping[str, Any]:
        request = GraphQLRequest(
            _parse(text), variable_values=dict(variables), operation_name=find_operation_name(text)
        )
        return await self._gql.execute(request, call=call)
