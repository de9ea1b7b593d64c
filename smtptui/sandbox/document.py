"""A GraphQL request read against an SDL: parsed, validated, named and run by graphql-core."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute,
    parse,
    validate,
)

from .exchange import IncomingCall

KEPT_DOCUMENTS = 200


def load_schema(name: str) -> GraphQLSchema:
    return build_schema(resources.files(__package__).joinpath("sdl", name).read_text("utf-8"))


@dataclass(frozen=True)
class ParsedDocument:
    """A request's document; ``node`` is None when it could not be parsed (then ``errors`` says why)."""

    node: DocumentNode | None
    errors: list[GraphQLError]

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        found = [
            d
            for d in (self.node.definitions if self.node else ())
            if isinstance(d, OperationDefinitionNode) and (name is None or (d.name and d.name.value == name))
        ]
        return found[0] if len(found) == 1 else None

    @cached_property
    def size(self) -> int:
        return len(self.node.definitions) if self.node else 0


def list_root_fields(operation: OperationDefinitionNode | None) -> list[str]:
    """The names of the operation's top-level fields, ``__typename`` and the like left out."""
    selections = operation.selection_set.selections if operation else ()
    names = [s.name.value for s in selections if isinstance(s, FieldNode)]
    return [name for name in names if not name.startswith("__")]


class GraphQLEndpoint:
    """Reads and runs the requests of one dialect; documents already seen are not parsed again."""

    def __init__(self, sdl: str) -> None:
        self.schema = load_schema(sdl)
        self._documents: dict[str, ParsedDocument] = {}

    def parse_document(self, call: IncomingCall) -> ParsedDocument:
        body = call.body if isinstance(call.body, dict) else {}
        text = body.get("query")
        if not isinstance(text, str):
            return ParsedDocument(
                None, [GraphQLError("GraphQL operations must contain a non-empty `query`.")]
            )
        if text not in self._documents:
            if len(self._documents) >= KEPT_DOCUMENTS:
                self._documents.clear()
            self._documents[text] = self._read(text)
        return self._documents[text]

    def _read(self, text: str) -> ParsedDocument:
        try:
            node = parse(text)
        except GraphQLError as error:
            return ParsedDocument(None, [error])
        return ParsedDocument(node, list(validate(self.schema, node)))

    def find_operation(self, call: IncomingCall) -> tuple[ParsedDocument, OperationDefinitionNode | None]:
        body = call.body if isinstance(call.body, dict) else {}
        name = body.get("operationName")
        document = self.parse_document(call)
        return document, document.operation(name if isinstance(name, str) else None)

    async def run(self, call: IncomingCall, root: dict[str, Any]) -> ExecutionResult:
        """Execute; a field of ``root`` is a value or a function ``(info, **arguments)``, async or not."""
        document = self.parse_document(call)
        assert document.node is not None
        result = execute(
            self.schema,
            document.node,
            root_value=root,
            variable_values=call.body.get("variables") or {},
            operation_name=call.body.get("operationName"),
        )
        return await result if inspect.isawaitable(result) else result


def is_mutation(operation: OperationDefinitionNode | None) -> bool:
    return operation is not None and operation.operation is OperationType.MUTATION


def from_input(method: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    """A resolver for a field whose one argument is ``input``."""

    def resolve(_: Any, **arguments: Any) -> Any:
        return method(arguments["input"])

    return resolve
