"""The adapter over HTTP: exact requests, and the result of each response."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from smtptui.model.change import Change, Clear, Draft, Set
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    ReadOnlyError,
    RemoteState,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
)
from smtptui.providers.base import Deletion, ListingEnd, Page
from smtptui.providers.pipefy import SPEC
from smtptui.providers.pipefy.adapter import PipefyProvider
from smtptui.providers.pipefy.convert import to_credential
from smtptui.secrets.secret import Secret
from tests.canary import secret_text
from tests.providers.account_double import NOW, NOW_TEXT, MemoryDouble, account

BASE = "https://pipefy.example"
CLASH = "Default smtp has already been taken"


def record(id: str, default: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "host": "smtp.example.com",
        "port": "587",
        "username": "u",
        "defaultSmtp": default,
        "organizationId": "42",
        **more,
    }


def draft(**values: Any) -> Draft:
    return Draft(
        {"host": "smtp.example.com", "port": 587, "username": "u", **values}, Secret(secret_text("d"))
    )


class Kill(BaseException):
    """The program ends here."""


class Pipefy:
    """A far end that keeps records, with faults by (operation, wanted default) or operation."""

    def __init__(self, router: respx.MockRouter) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.faults: dict[object, list[Any]] = {}
        self.relay_listed = True
        self.requests: list[httpx.Request] = []
        self.tokens = 0
        self.expires_in = 3600
        router.post(url__startswith=BASE).mock(side_effect=self._answer)

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """The operations and their inputs, tokens left out."""
        bodies = [json.loads(item.content) for item in self.requests if item.url.path != "/oauth/token"]
        return [(_operation(body["query"]), body["variables"].get("input")) for body in bodies]

    @property
    def writes(self) -> list[tuple[str, Any]]:
        return [(name, sent) for name, sent in self.calls if name != "smtpConfigurations"]

    @property
    def defaults(self) -> list[str]:
        return [id for id, item in self.records.items() if item["defaultSmtp"]]

    def fail(self, what: object, *answers: Any) -> None:
        self.faults.setdefault(what, []).extend(answers)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/oauth/token":
            self.tokens += 1
            return httpx.Response(
                200, json={"access_token": f"token-number-{self.tokens}", "expires_in": self.expires_in}
            )
        body = json.loads(request.content)
        operation, sent = _operation(body["query"]), body["variables"].get("input") or {}
        for key in ((operation, sent.get("id"), sent.get("defaultSmtp")), operation):
            queued = self.faults.get(key)
            if queued:
                fault = queued.pop(0)
                if fault == "lost after":
                    self._do(operation, sent, body["query"])
                    raise httpx.ReadError("hung up")
                if isinstance(fault, BaseException):
                    raise fault
                if fault is not None:
                    return fault if isinstance(fault, httpx.Response) else httpx.Response(200, json=fault)
        return httpx.Response(200, json=self._do(operation, sent, body["query"]))

    def _do(self, operation: str, sent: dict[str, Any], query: str) -> dict[str, Any]:
        if operation == "smtpConfigurations":
            if "ipRelayAuth" in query and not self.relay_listed:
                return error_body(
                    "undefinedField", "Field 'ipRelayAuth' doesn't exist on type 'SmtpConfiguration'"
                )
            return {"data": {operation: {"nodes": list(self.records.values())}}}
        if operation == "updateSmtpConfiguration":
            stored = self.records[sent["id"]]
            if sent.get("defaultSmtp") and any(id != sent["id"] for id in self.defaults):
                return error_body("RECORD_INVALID", CLASH)
            stored.update({k: str(v) if k == "port" else v for k, v in sent.items() if k != "password"})
            return {"data": {operation: {"smtpConfiguration": stored}}}
        if operation == "createSmtpConfiguration":
            stored = record("new", sent["defaultSmtp"], port=str(sent["port"]))
            self.records["new"] = stored
            return {"data": {operation: {"smtpConfiguration": stored}}}
        if operation == "createSmtpCustomEmailWithConfiguration":
            inner = sent["smtpConfiguration"]
            stored = record("new", ipRelayAuth=inner["ipRelayAuth"])
            self.records["new"] = stored
            created = {key: stored[key] for key in ("id", "host", "port", "organizationId", "ipRelayAuth")}
            email = {
                "id": "sender-1",
                "emailAddress": sent["emailAddress"],
                "senderName": sent["senderName"],
                "smtpConfiguration": created,
            }
            return {"data": {operation: {"smtpCustomEmail": email}}}
        if operation == "deleteSmtpConfiguration":
            del self.records[sent["id"]]
        if operation == "deleteSmtpCustomEmail":
            self.records.pop("new", None)
        return {"data": {operation: {"success": True}}}


def _operation(query: str) -> str:
    return query.split("(")[0].split()[1]


def error_body(code: str, message: str = "no") -> dict[str, Any]:
    return {
        "data": None,
        "errors": [{"message": message, "extensions": {"code": code, "correlation_id": "corr-1"}}],
    }


@pytest.fixture
def server() -> Iterator[Pipefy]:
    with respx.mock(assert_all_called=False) as router:
        yield Pipefy(router)


@pytest.fixture
def memory() -> MemoryDouble:
    return MemoryDouble()


Open = Callable[..., PipefyProvider]


@pytest.fixture
def open_pipefy(memory: MemoryDouble) -> Open:
    def make(settings: dict[str, Any] | None = None, **options: Any) -> PipefyProvider:
        login = {"token": Secret(secret_text("token"))} if settings is None else settings
        opened = SPEC.open(
            account("acme-pipefy", BASE, {"organization_id": "42", **login}, memory=memory, **options)
        )
        assert isinstance(opened, PipefyProvider)
        return opened

    return make


@pytest.fixture
def pipefy(open_pipefy: Open) -> PipefyProvider:
    return open_pipefy()


async def list_all(pipefy: PipefyProvider) -> tuple[list[Credential], ListingEnd]:
    items = [item async for item in pipefy.list()]
    end = items.pop()
    assert isinstance(end, ListingEnd)
    return [credential for page in items if isinstance(page, Page) for credential in page.credentials], end


def stored(id: str, default: bool = False, **more: Any) -> Credential:
    return to_credential(record(id, default, **more), "acme-pipefy")


async def test_the_list_sends_the_token_and_the_organization(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.records["a"] = record("a")
    found, end = await list_all(pipefy)
    assert [item.id for item in found] == ["a"]
    assert end == ListingEnd(True, "")
    request = server.requests[0]
    assert str(request.url) == f"{BASE}/graphql"
    assert request.headers["Authorization"] == f"Bearer {secret_text('token')}"
    assert json.loads(request.content)["variables"] == {"organizationId": "42"}


async def test_trap_an_empty_pipefy_list(server: Pipefy, pipefy: PipefyProvider) -> None:
    assert await list_all(pipefy) == ([], ListingEnd(True, "none, or no manage access"))
    assert "no manage access" in (await pipefy.check()).detail


async def test_a_hidden_record_makes_the_list_incomplete(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.fail("smtpConfigurations", {"data": {"smtpConfigurations": {"nodes": [record("a"), None]}}})
    found, end = await list_all(pipefy)
    assert len(found) == 1
    assert not end.complete


async def test_the_list_falls_back_when_the_relay_field_is_refused_and_remembers(
    server: Pipefy, pipefy: PipefyProvider
) -> None:
    server.records["a"] = record("a")
    server.relay_listed = False
    await list_all(pipefy)
    await list_all(pipefy)
    asked = ["ipRelayAuth" in json.loads(item.content)["query"] for item in server.requests]
    assert asked == [True, False, False]


async def test_operations_go_to_their_endpoints(server: Pipefy, open_pipefy: Open) -> None:
    pipefy = open_pipefy()
    await pipefy.create(draft(), key="k")
    await pipefy.update("new", Change({"port": 25}), current=stored("new"))
    await pipefy.delete("new")
    await pipefy.create(draft(from_email="a@b.example", from_name="A"), key="k")
    paths = [item.url.path for item in server.requests]
    assert paths == ["/internal_api", "/graphql", "/graphql", "/internal_api"]
    server.requests.clear()
    other = open_pipefy(
        {"token": Secret(secret_text()), "endpoints": {"deleteSmtpCustomEmail": "/internal_api"}}
    )
    await other.delete("new")
    assert server.requests[0].url.path == "/internal_api"


@pytest.mark.parametrize(
    "endpoints", [{"deleteSmtpConfigration": "/x"}, {"smtpConfigurations": "https://elsewhere.example/x"}]
)
async def test_wrong_endpoints_are_refused(
    server: Pipefy, open_pipefy: Open, endpoints: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError):
        await open_pipefy({"token": Secret(secret_text()), "endpoints": endpoints}).check()
    assert server.requests == []


async def test_create_without_sender(server: Pipefy, pipefy: PipefyProvider) -> None:
    credential = await pipefy.create(draft(), key="k")
    assert server.calls == [
        (
            "createSmtpConfiguration",
            {
                "host": "smtp.example.com",
                "port": 587,
                "organizationId": "42",
                "ipRelayAuth": False,
                "username": "u",
                "password": secret_text("d"),
                "defaultSmtp": False,
            },
        )
    ]
    assert (credential.id, credential.port, credential.auth) == ("new", 587, "password")


async def test_trap_the_senders_id_is_kept_for_the_deletion(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble
) -> None:
    credential = await pipefy.create(draft(from_email="a@b.example", from_name="A"), key="k")
    assert server.calls == [
        (
            "createSmtpCustomEmailWithConfiguration",
            {
                "senderName": "A",
                "emailAddress": "a@b.example",
                "smtpConfiguration": {
                    "host": "smtp.example.com",
                    "port": 587,
                    "organizationId": "42",
                    "ipRelayAuth": False,
                    "username": "u",
                    "password": secret_text("d"),
                },
            },
        )
    ]
    assert (credential.username, credential.default, credential.from_email) == ("u", False, "a@b.example")
    assert memory.notes["sender", "new"].body == {
        "sender_id": "sender-1",
        "email": "a@b.example",
        "name": "A",
    }
    (again,), _ = await list_all(pipefy)
    assert (again.from_email, again.from_name) == ("a@b.example", "A")
    assert again.native["sender_written_at"] == NOW_TEXT
    server.requests.clear()
    assert await pipefy.delete("new", current=again) == Deletion()
    assert server.writes == [("deleteSmtpCustomEmail", {"id": "sender-1"})]
    assert ("sender", "new") not in memory.notes


async def test_a_deletion_without_a_known_sender_warns(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.records["a"] = record("a")
    note = (await pipefy.delete("a")).note
    assert server.writes == [("deleteSmtpConfiguration", {"id": "a"})]
    assert "sender" in note and "cannot be used again" in note


async def test_a_configuration_that_stays_after_its_sender_is_deleted_too(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble
) -> None:
    server.records["a"] = record("a")
    memory.remember("sender", "a", {"sender_id": "sender-9", "email": "a@b.example", "name": "A"})
    await pipefy.delete("a")
    assert [name for name, _ in server.writes] == ["deleteSmtpCustomEmail", "deleteSmtpConfiguration"]
    assert server.records == {}


async def test_a_sender_removed_elsewhere_does_not_stop_the_deletion(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble
) -> None:
    server.records["a"] = record("a")
    memory.remember("sender", "a", {"sender_id": "sender-9", "email": None, "name": None})
    server.fail("deleteSmtpCustomEmail", error_body("RESOURCE_NOT_FOUND"))
    assert await pipefy.delete("a") == Deletion()
    assert memory.notes == {}


async def test_the_default_is_not_deleted_through_its_sender(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble
) -> None:
    memory.remember("sender", "a", {"sender_id": "sender-9", "email": None, "name": None})
    with pytest.raises(ConflictError) as raised:
        await pipefy.delete("a", current=stored("a", True))
    assert "default" in raised.value.message
    assert server.requests == []


async def test_trap_relay_is_created_without_a_login(server: Pipefy, pipefy: PipefyProvider) -> None:
    credential = await pipefy.create(Draft({"host": "h.example", "port": 25, "auth": "none"}), key="k")
    assert server.calls[0][1] == {
        "host": "h.example",
        "port": 25,
        "organizationId": "42",
        "ipRelayAuth": True,
        "defaultSmtp": False,
    }
    assert credential.auth == "none"


async def test_an_update_sends_changed_fields_only(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.records["a"] = record("a")
    after = await pipefy.update("a", Change({"port": 465}), current=stored("a"))
    assert server.calls == [("updateSmtpConfiguration", {"id": "a", "port": 465})]
    assert (after.port, after.security) == (465, "tls")


async def test_trap_null_and_empty_password_at_pipefy_on_the_wire(
    server: Pipefy, pipefy: PipefyProvider
) -> None:
    server.records["a"] = record("a")
    for change, error in ((Clear(), UnsupportedError), (Set(Secret("")), InvalidFieldError)):
        with pytest.raises(error):
            await pipefy.update("a", Change(password=change), current=stored("a"))
    assert server.requests == []
    await pipefy.update("a", Change(password=Set(Secret(secret_text("n")))), current=stored("a"))
    assert server.writes == [("updateSmtpConfiguration", {"id": "a", "password": secret_text("n")})]


async def test_the_first_default_is_created_as_the_default(server: Pipefy, pipefy: PipefyProvider) -> None:
    assert (await pipefy.create(draft(default=True), key="k")).default is True
    assert [(name, sent["defaultSmtp"]) for name, sent in server.writes] == [
        ("createSmtpConfiguration", True)
    ]


async def test_a_default_with_a_sender_is_a_create_and_a_promotion(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble
) -> None:
    server.records["a"] = record("a", True)
    credential = await pipefy.create(draft(default=True, from_email="a@b.example", from_name="A"), key="k")
    assert credential.default is True
    assert credential.from_email == "a@b.example"
    assert [name for name, _ in server.writes] == [
        "createSmtpCustomEmailWithConfiguration",
        "updateSmtpConfiguration",
        "updateSmtpConfiguration",
    ]
    assert server.defaults == ["new"]
    assert pipefy.list_unfinished() == ()


async def test_trap_promotion_demotes_first(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble
) -> None:
    server.records.update(a=record("a", True), b=record("b"))
    after = await pipefy.update("b", Change({"default": True}), current=stored("b"))
    assert after.default is True
    assert server.writes == [
        ("updateSmtpConfiguration", {"id": "a", "defaultSmtp": False}),
        ("updateSmtpConfiguration", {"id": "b", "defaultSmtp": True}),
    ]
    steps = [body["step"] for _, body in memory.order if isinstance(body, dict)]
    assert steps == ["demoting", "demoted", "promoting"]
    assert memory.notes == {}


async def test_promoting_the_default_sends_nothing(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.records.update(a=record("a", True))
    assert (await pipefy.set_default("a")).default is True
    assert server.writes == []


async def test_promotion_of_an_unknown_record(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.records.update(a=record("a", True))
    with pytest.raises(NotFoundError):
        await pipefy.set_default("nope")
    assert server.writes == []


@pytest.mark.parametrize(
    "answer",
    [
        error_body("INVALID_INPUT"),
        {"data": {"updateSmtpConfiguration": {"smtpConfiguration": record("a", True)}}},
    ],
)
async def test_trap_a_refused_demotion_stops_with_nothing_changed(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble, answer: Any
) -> None:
    server.records.update(a=record("a", True), b=record("b"))
    server.fail(("updateSmtpConfiguration", "a", False), answer)
    with pytest.raises((InvalidFieldError, UnsupportedError)) as raised:
        await pipefy.set_default("b")
    assert "nothing changed" in raised.value.message
    assert raised.value.outcome is RemoteState.NOTHING_DONE
    assert len(server.writes) == 1
    assert memory.notes == {}


async def test_trap_a_failed_promotion_restores_the_former_default(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble
) -> None:
    server.records.update(a=record("a", True), b=record("b"))
    server.fail(("updateSmtpConfiguration", "b", True), error_body("PERMISSION_DENIED"))
    with pytest.raises(ForbiddenError) as raised:
        await pipefy.set_default("b")
    assert "is the default again" in raised.value.message
    assert raised.value.outcome is RemoteState.NOTHING_DONE
    assert server.defaults == ["a"]
    assert memory.notes == {}


async def test_a_former_default_that_cannot_be_restored_is_reported_and_finished_later(
    server: Pipefy, open_pipefy: Open, memory: MemoryDouble
) -> None:
    server.records.update(a=record("a", True), b=record("b"))
    server.fail(("updateSmtpConfiguration", "b", True), error_body("PERMISSION_DENIED"))
    server.fail(("updateSmtpConfiguration", "a", True), error_body("PERMISSION_DENIED"))
    with pytest.raises(ForbiddenError) as raised:
        await open_pipefy().set_default("b")
    assert raised.value.outcome is RemoteState.PARTLY_DONE
    assert server.defaults == []
    later = open_pipefy()
    assert "acme-pipefy/a --default true" in later.list_unfinished()[0]
    await later.update("b", Change({"port": 25}), current=stored("b"))
    assert server.defaults == ["a"]
    assert server.records["b"]["port"] == "25"
    assert later.list_unfinished() == ()


@pytest.mark.parametrize("way", ["set_default", "update"])
@pytest.mark.parametrize(
    "where",
    [
        ("updateSmtpConfiguration", "a", False),
        ("updateSmtpConfiguration", "b", True),
    ],
)
@pytest.mark.parametrize("sent", [False, True])
async def test_trap_promotion_is_resumable_after_a_kill(
    server: Pipefy, open_pipefy: Open, where: tuple[str, str, bool], way: str, sent: bool
) -> None:
    server.records.update(a=record("a", True), b=record("b"), c=record("c"))
    server.fail(where, Kill())
    with pytest.raises(Kill):
        await open_pipefy().set_default("b")
    if sent:
        server.records[where[1]]["defaultSmtp"] = where[2]
    again = open_pipefy()
    assert "acme-pipefy/b" in again.list_unfinished()[0]
    if way == "set_default":
        await again.set_default("b")
    else:
        await again.update("c", Change({"port": 25}), current=stored("c"))
    assert server.defaults == ["b"]
    assert again.list_unfinished() == ()


async def test_an_interrupted_promotion_yields_to_a_default_chosen_since(
    server: Pipefy, open_pipefy: Open
) -> None:
    server.records.update(a=record("a", True), b=record("b"), c=record("c"))
    server.fail(("updateSmtpConfiguration", "b", True), Kill())
    with pytest.raises(Kill):
        await open_pipefy().set_default("b")
    server.records["c"]["defaultSmtp"] = True
    again = open_pipefy()
    await again.update("c", Change({"port": 25}), current=stored("c", True))
    assert server.defaults == ["c"]
    assert again.list_unfinished() == ()


async def test_an_interrupted_promotion_is_not_forgotten_over_an_empty_list(
    server: Pipefy, open_pipefy: Open
) -> None:
    server.records.update(a=record("a", True), b=record("b"))
    server.fail(("updateSmtpConfiguration", "b", True), Kill())
    with pytest.raises(Kill):
        await open_pipefy().set_default("b")
    hidden = dict(server.records)
    server.records.clear()
    server.fail("updateSmtpConfiguration", error_body("PERMISSION_DENIED"))
    again = open_pipefy()
    with pytest.raises(ForbiddenError):
        await again.update("b", Change({"port": 25}), current=stored("b"))
    server.records.update(hidden)
    assert "acme-pipefy/b" in again.list_unfinished()[0]


@pytest.mark.parametrize(("fault", "finished"), [("lost after", True), (httpx.ReadError("hung up"), False)])
async def test_a_lost_response_in_a_promotion_is_settled_by_the_list(
    server: Pipefy, pipefy: PipefyProvider, memory: MemoryDouble, fault: Any, finished: bool
) -> None:
    server.records.update(a=record("a", True), b=record("b"))
    server.fail(("updateSmtpConfiguration", "b", True), fault)
    if finished:
        assert (await pipefy.set_default("b")).default is True
        assert server.defaults == ["b"]
    else:
        with pytest.raises(UnavailableError):
            await pipefy.set_default("b")
        assert server.defaults == ["a"]
    assert memory.notes == {}


async def test_a_create_that_was_not_promoted_names_the_record(
    server: Pipefy, pipefy: PipefyProvider
) -> None:
    server.records.update(a=record("a", True))
    server.fail(("updateSmtpConfiguration", "a", False), error_body("INVALID_INPUT"))
    with pytest.raises(InvalidFieldError) as raised:
        await pipefy.create(draft(default=True), key="k")
    assert raised.value.outcome is RemoteState.PARTLY_DONE
    assert raised.value.id == "new"
    assert "acme-pipefy/new" in raised.value.message


async def test_an_ignored_demotion_is_an_error(server: Pipefy, pipefy: PipefyProvider) -> None:
    answer = {"data": {"updateSmtpConfiguration": {"smtpConfiguration": record("a", True)}}}
    server.fail("updateSmtpConfiguration", answer)
    with pytest.raises(UnsupportedError):
        await pipefy.update("a", Change({"default": False}), current=stored("a", True))


@pytest.mark.parametrize(
    ("answer", "error", "request_id"),
    [
        (error_body("PERMISSION_DENIED"), ForbiddenError, "corr-1"),
        ({"errors": [{"title": "Unauthorized", "detail": "bad token"}]}, LoginRefusedError, None),
        (
            {"error": {"message": "no", "details": {"code": "INVALID_ROLE", "correlation_id": "corr-2"}}},
            ForbiddenError,
            "corr-2",
        ),
    ],
)
async def test_trap_the_three_pipefy_error_shapes(
    server: Pipefy, pipefy: PipefyProvider, answer: Any, error: type[SmtptuiError], request_id: str | None
) -> None:
    server.fail("smtpConfigurations", answer)
    with pytest.raises(error) as raised:
        await pipefy.check()
    assert raised.value.request_id == request_id
    assert raised.value.account == "acme-pipefy"
    server.fail("deleteSmtpConfiguration", answer)
    with pytest.raises(error):
        await pipefy.delete("a")


async def test_trap_success_false(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.fail("deleteSmtpConfiguration", {"data": {"deleteSmtpConfiguration": {"success": False}}})
    with pytest.raises(UnavailableError) as raised:
        await pipefy.delete("a")
    assert raised.value.outcome is RemoteState.NOTHING_DONE


@pytest.mark.parametrize("answer", [None, {}, {"success": None}])
async def test_a_deletion_that_is_not_confirmed_is_unknown(
    server: Pipefy, pipefy: PipefyProvider, answer: Any
) -> None:
    server.fail("deleteSmtpConfiguration", {"data": {"deleteSmtpConfiguration": answer}})
    with pytest.raises(OutcomeUnknownError):
        await pipefy.delete("a")


@pytest.mark.parametrize("answer", [None, {"smtpConfiguration": None}, {"smtpConfiguration": {"host": "h"}}])
async def test_a_create_answered_without_a_record_is_unknown(
    server: Pipefy, pipefy: PipefyProvider, answer: Any
) -> None:
    server.fail("createSmtpConfiguration", {"data": {"createSmtpConfiguration": answer}})
    with pytest.raises(OutcomeUnknownError):
        await pipefy.create(draft(), key="k")
    assert len(server.requests) == 1


async def test_the_default_clash_is_a_conflict(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.fail("createSmtpConfiguration", error_body("RECORD_INVALID", CLASH))
    with pytest.raises(ConflictError) as raised:
        await pipefy.create(draft(default=True), key="k")
    assert raised.value.field == "default"


async def test_a_response_without_nodes_breaks_the_protocol(server: Pipefy, pipefy: PipefyProvider) -> None:
    server.fail("smtpConfigurations", {"data": {"smtpConfigurations": {}}})
    with pytest.raises(ProtocolBrokenError):
        await list_all(pipefy)


async def test_read_only_lets_no_write_and_no_note_through(
    server: Pipefy, open_pipefy: Open, memory: MemoryDouble
) -> None:
    server.records.update(a=record("a", True), b=record("b"))
    pipefy = open_pipefy(read_only=True)
    for call in (
        pipefy.create(draft(), key="k"),
        pipefy.update("b", Change({"default": True}), current=stored("b")),
        pipefy.set_default("b"),
        pipefy.delete("b"),
    ):
        with pytest.raises(ReadOnlyError):
            await call
    assert server.writes == []
    assert memory.order == []


SERVICE = {"client_id": Secret("client-1"), "client_secret": Secret(secret_text("client"))}


async def test_a_service_account_gets_one_token_beneath_base_url(server: Pipefy, open_pipefy: Open) -> None:
    server.records["a"] = record("a")
    pipefy = open_pipefy(SERVICE)
    await list_all(pipefy)
    await pipefy.update("a", Change({"port": 25}), current=stored("a"))
    assert server.tokens == 1
    assert str(server.requests[0].url) == f"{BASE}/oauth/token"
    assert server.requests[1].headers["Authorization"] == "Bearer token-number-1"


async def test_trap_oauth_token_once_on_401(server: Pipefy, open_pipefy: Open) -> None:
    body = {"errors": [{"title": "Unauthorized", "detail": "expired"}]}
    server.fail("smtpConfigurations", httpx.Response(401, json=body))
    pipefy = open_pipefy(SERVICE)
    await list_all(pipefy)
    assert server.tokens == 2
    server.fail("smtpConfigurations", *[httpx.Response(401, json=body)] * 2)
    with pytest.raises(LoginRefusedError):
        await list_all(pipefy)
    assert server.tokens == 3


async def test_an_account_without_a_login_is_refused(server: Pipefy, open_pipefy: Open) -> None:
    with pytest.raises(ConfigurationError):
        await open_pipefy({}).check()
    assert server.requests == []


async def test_trap_oauth_token_refresh_before_expiry(server: Pipefy, open_pipefy: Open) -> None:
    server.expires_in = 300
    clock = [NOW]
    opened = open_pipefy(SERVICE)
    pipefy = PipefyProvider(replace(opened.account, now=lambda: clock[0]))
    await list_all(pipefy)
    clock[0] = NOW + timedelta(seconds=269)
    await list_all(pipefy)
    assert server.tokens == 1
    clock[0] = NOW + timedelta(seconds=271)
    await list_all(pipefy)
    assert server.tokens == 2
    assert server.requests[-1].headers["Authorization"] == "Bearer token-number-2"
