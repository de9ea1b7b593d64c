"""GraphQL over real sockets: what is sent, what is refused, and every format of an error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from smtptui.model.errors import (
    ConflictError,
    ForbiddenError,
    LoginRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    RateLimitedError,
    ReadOnlyError,
    RemoteState,
    SmtptuiError,
    UnavailableError,
)
from smtptui.net.authorizer import StaticHeaders
from smtptui.net.call import CallKind
from smtptui.net.graphql import Document, GraphQLError, GraphQLSession
from smtptui.net.response import Response
from smtptui.secrets.secret import Secret
from tests.canary import CANARY
from tests.net.doubles import session
from tests.net.servers import HANG_UP_AFTER_READING, Server, reply, serving

QUERY = Document("things", "query Things($first: Int) { things(first: $first) { id name } }")
MUTATION = Document("makeThing", "mutation MakeThing($input: Input!) { makeThing(input: $input) { id } }")
NAMELESS = Document("things", "{ things { id } }")

MEANING: dict[str | None, type[SmtptuiError]] = {
    "FORBIDDEN": ForbiddenError,
    "UNAUTHENTICATED": LoginRefusedError,
    "RATE_LIMITED": RateLimitedError,
    "NOT_FOUND": NotFoundError,
    "INTERNAL_SERVER_ERROR": UnavailableError,
}


def classify_errors(errors: Sequence[GraphQLError], answer: Response) -> SmtptuiError:
    first = errors[0]
    return MEANING.get(first.code, ProtocolBrokenError)(
        first.message, code=first.code, request_id=first.correlation_id
    )


def other_shapes(body: Mapping[str, Any], answer: Response) -> SmtptuiError | None:
    if isinstance(body.get("error"), dict):
        return ConflictError(body["error"]["message"])
    if body.get("errors"):
        return LoginRefusedError(body["errors"][0]["title"])
    return None


def graphql(server: Server, **options: Any) -> GraphQLSession:
    return GraphQLSession(
        session(server.url, **options),
        "/graphql",
        auth=StaticHeaders({"X-Token": Secret(CANARY)}),
        headers={"X-Company": "7"},
        classify_errors=classify_errors,
        other_shapes=other_shapes,
    )


def error_body(
    code: str | None, data: object = None, message: str = "no", **extensions: object
) -> dict[str, Any]:
    known = {} if code is None else {"code": code}
    return {"data": data, "errors": [{"message": message, "extensions": {**known, **extensions}}]}


async def outcome(
    document: Document, kind: CallKind, *replies: bytes, key: str | None = None, **options: Any
) -> tuple[Mapping[str, Any] | SmtptuiError, int]:
    async with serving(*replies) as server:
        asked = graphql(server, **options)
        try:
            return await asked.execute(document, {"input": {}}, kind=kind, key=key), len(server.requests)
        except SmtptuiError as error:
            return error, len(server.requests)
        finally:
            await asked.http.aclose()


async def test_a_query_sends_variables_and_returns_data() -> None:
    async with serving(reply({"data": {"things": [{"id": "1"}]}})) as server:
        asked = graphql(server)
        data = await asked.execute(QUERY, {"first": 5}, kind=CallKind.READ)
        await asked.execute(NAMELESS, kind=CallKind.READ)
        await asked.http.aclose()
    assert data == {"things": [{"id": "1"}]}
    (first, headers, body), (_, _, nameless) = server.requests
    assert first == "POST /graphql HTTP/1.1"
    assert headers["x-company"] == "7"
    assert headers["x-token"] == CANARY
    assert headers["content-type"] == "application/json"
    sent = json.loads(body)
    assert sent["variables"] == {"first": 5}
    assert sent["operationName"] == "Things"
    assert sent["query"].split() == QUERY.text.replace("{ id name }", "{ id name }").split()
    assert "operationName" not in json.loads(nameless)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("kind", [CallKind.READ, CallKind.AUTH])
async def test_a_mutation_tagged_read_is_never_sent(read_only: bool, kind: CallKind) -> None:
    async with serving(reply({"data": {}})) as server:
        asked = graphql(server, read_only=read_only)
        with pytest.raises(ReadOnlyError if read_only else TypeError, match="mutation"):
            await asked.execute(MUTATION, {}, kind=kind)
        assert server.requests == []


async def test_read_only_refuses_mutations_whatever_their_tag() -> None:
    answer = reply({"data": {"x": 1}})
    refused, sent = await outcome(MUTATION, CallKind.WRITE, answer, read_only=True)
    assert isinstance(refused, ReadOnlyError)
    assert sent == 0
    for document, kind in ((QUERY, CallKind.READ), (MUTATION, CallKind.TEST)):
        assert await outcome(document, kind, answer, read_only=True) == ({"x": 1}, 1)


@pytest.mark.parametrize("status", [200, 400, 403])
async def test_the_adapter_classifies_errors(status: int) -> None:
    error, sent = await outcome(
        QUERY, CallKind.READ, reply(error_body("FORBIDDEN", correlation_id="c-9"), status)
    )
    assert sent == 1
    assert isinstance(error, ForbiddenError)
    assert (error.account, error.operation, error.code, error.request_id) == (
        "acme",
        "things",
        "FORBIDDEN",
        "c-9",
    )


async def test_graphql_partial_error_of_a_read_is_a_failure() -> None:
    error, _ = await outcome(QUERY, CallKind.READ, reply(error_body("NOT_FOUND", {"things": [{"id": "1"}]})))
    assert isinstance(error, NotFoundError)


async def test_graphql_partial_error_of_a_write_is_unknown() -> None:
    error, sent = await outcome(
        MUTATION, CallKind.WRITE, reply(error_body("NOT_FOUND", {"makeThing": {"id": "1"}}))
    )
    assert sent == 1
    assert isinstance(error, OutcomeUnknownError)
    assert error.outcome is RemoteState.UNKNOWN
    assert "may have happened" in error.message


@pytest.mark.parametrize("data", [None, {"makeThing": None}])
async def test_errors_of_a_write_without_data_did_nothing(data: object) -> None:
    error, _ = await outcome(MUTATION, CallKind.WRITE, reply(error_body("FORBIDDEN", data)))
    assert type(error) is ForbiddenError
    assert error.outcome is RemoteState.NOTHING_DONE


async def test_rate_limit_inside_an_error_is_retried_for_reads_only(waits: list[float]) -> None:
    limited = reply(error_body("RATE_LIMITED"), Retry_After="3")
    assert await outcome(QUERY, CallKind.READ, limited, reply({"data": {"a": 1}})) == ({"a": 1}, 2)
    assert waits == [3.0]
    error, sent = await outcome(MUTATION, CallKind.WRITE, limited)
    assert isinstance(error, RateLimitedError)
    assert (sent, error.retry_after) == (1, 3.0)


async def test_a_failure_on_the_provider_s_side_leaves_a_write_unknown() -> None:
    for answer in (
        reply(error_body("INTERNAL_SERVER_ERROR")),
        reply(error_body("FORBIDDEN"), 500),
        HANG_UP_AFTER_READING,
    ):
        error, sent = await outcome(MUTATION, CallKind.WRITE, answer)
        assert isinstance(error, OutcomeUnknownError)
        assert sent == 1


async def test_other_error_formats_are_classified() -> None:
    bad_token = reply({"errors": [{"title": "Unauthorized", "detail": "x"}]}, 401)
    third = reply({"error": {"message": "third", "details": {"code": "X"}}})
    error, _ = await outcome(QUERY, CallKind.READ, bad_token)
    assert isinstance(error, LoginRefusedError)
    error, _ = await outcome(MUTATION, CallKind.WRITE, third)
    assert isinstance(error, ConflictError)
    assert error.message == "third"


@pytest.mark.parametrize(
    "body",
    [
        b"<html></html>",
        b'{"data": {"makeT',
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": null, "errors": []}',
        b"",
    ],
)
async def test_a_response_that_is_not_graphql_is_an_error(body: bytes) -> None:
    error, sent = await outcome(QUERY, CallKind.READ, reply(body))
    assert isinstance(error, ProtocolBrokenError)
    assert sent == 1
    error, sent = await outcome(MUTATION, CallKind.WRITE, reply(body))
    assert isinstance(error, OutcomeUnknownError)
    assert sent == 1


async def test_a_status_without_a_graphql_body_keeps_its_meaning() -> None:
    error, _ = await outcome(QUERY, CallKind.READ, reply(b"<html>", 403, "text/html"))
    assert isinstance(error, ForbiddenError)
    error, sent = await outcome(QUERY, CallKind.READ, reply(b"<html>", 502, "text/html"))
    assert isinstance(error, UnavailableError)
    assert sent == 4


async def test_data_beside_an_empty_list_of_errors_is_data() -> None:
    data, _ = await outcome(QUERY, CallKind.READ, reply({"data": {"a": None}, "errors": []}))
    assert data == {"a": None}


async def test_malformed_error_entries_do_no_harm() -> None:
    strange = {"errors": [{"message": "no", "extensions": [1], "path": ["a", 0, None]}]}
    error, _ = await outcome(QUERY, CallKind.READ, reply(strange))
    assert isinstance(error, ProtocolBrokenError)
    assert error.message == "no"
