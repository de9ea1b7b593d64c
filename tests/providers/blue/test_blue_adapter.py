"""The adapter over HTTP: exact requests, and the result of each response."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
import respx

from smtptui.model.capability import ProviderOperation
from smtptui.model.change import Change, Clear, Draft, Set
from smtptui.model.credential import Credential
from smtptui.model.errors import (
    ConflictError,
    ForbiddenError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    ReadOnlyError,
    SecretMissingError,
    SmtptuiError,
    UnavailableError,
)
from smtptui.model.verification import Opinion, Status
from smtptui.providers.base import ListingEnd, Page, Provider
from smtptui.providers.blue import SPEC
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.secret import Secret
from tests.canary import CANARY, secret_text
from tests.providers.account_double import NOW_TEXT, MemoryDouble, account

URL = "https://blue.example/graphql"
STAMP = "2026-01-02T03:04:05.678Z"
NEWER = "2026-02-02T03:04:05.678Z"
WIRE: dict[str, Any] = {
    "id": "c1",
    "uid": "u-1",
    "host": "smtp.example.com",
    "port": 587,
    "username": "apikey",
    "senderName": "Acme",
    "senderEmail": "a@acme.example",
    "verifiedAt": STAMP,
    "createdAt": STAMP,
    "updatedAt": STAMP,
}
DRAFT = Draft(
    {"host": "smtp.example.com", "port": 587, "username": "apikey", "from_email": "a@acme.example"},
    Secret(secret_text("draft")),
)


class Blue:
    """The far end: answers in turn, and keeps what it was sent."""

    def __init__(self, route: respx.Route) -> None:
        self.answers: list[httpx.Response | Exception] = []
        self.requests: list[httpx.Request] = []
        route.mock(side_effect=self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def data(self, **data: Any) -> None:
        self.answers.append(httpx.Response(200, json={"data": data}))

    def error(self, code: str, status: int = 200, data: Any = None) -> None:
        body = {"data": data, "errors": [{"message": "no", "extensions": {"code": code}}]}
        self.answers.append(httpx.Response(status, json=body))

    def page(self, *items: dict[str, Any], total: int | None = None, per_page: int = 100) -> None:
        info = {"totalItems": len(items) if total is None else total, "perPage": per_page}
        self.data(smtpCredentials={"items": list(items), "pageInfo": info})

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def variables(self) -> list[dict[str, Any]]:
        return [body["variables"] for body in self.bodies]


@pytest.fixture
def server() -> Iterator[Blue]:
    with respx.mock(assert_all_called=False) as router:
        yield Blue(router.post(URL))


@pytest.fixture
def memory() -> MemoryDouble:
    return MemoryDouble()


Open = Callable[..., Provider]


@pytest.fixture
def open_blue(memory: MemoryDouble) -> Open:
    def make(**options: Any) -> Provider:
        settings: dict[str, str | Secret | Mapping[str, str]] = {
            "company_id": "acme",
            "token_id": Secret("token-id-1"),
            "token_secret": Secret(secret_text("token")),
        }
        return SPEC.open(account("acme-blue", URL, settings, memory=memory, **options))

    return make


@pytest.fixture
def blue(open_blue: Open) -> Provider:
    return open_blue()


@pytest.fixture
def stored() -> Credential:
    from smtptui.providers.blue.convert import to_credential

    return to_credential(WIRE, "acme-blue")


async def test_the_list_sends_the_login_and_asks_for_no_password(server: Blue, blue: Provider) -> None:
    server.page(WIRE)
    items = [item async for item in blue.list()]
    assert isinstance(items[0], Page)
    assert [item.id for item in items[0].credentials] == ["c1"]
    assert items[1] == ListingEnd(True, "")
    request = server.requests[0]
    assert request.headers["X-Bloo-Token-ID"] == "token-id-1"
    assert request.headers["X-Bloo-Token-Secret"] == secret_text("token")
    assert request.headers["X-Bloo-Company-ID"] == "acme"
    assert server.variables == [{"skip": 0, "take": 100}]
    assert "password" not in server.bodies[0]["query"]


async def test_check_reads_one_record_and_cannot_know_what_may_be_changed(
    server: Blue, blue: Provider
) -> None:
    server.page(WIRE, total=12, per_page=1)
    check = await blue.check()
    assert server.variables == [{"skip": 0, "take": 1}]
    assert check.may[ProviderOperation.LIST] is True
    assert check.may[ProviderOperation.CREATE] is None
    assert "acme" in check.login


async def test_a_refused_login(server: Blue, blue: Provider) -> None:
    server.error("UNAUTHENTICATED")
    with pytest.raises(LoginRefusedError) as raised:
        await blue.check()
    assert raised.value.account == "acme-blue"
    assert raised.value.operation == "smtpCredentials"
    assert len(server.requests) == 1


async def test_create_sends_the_draft_once(server: Blue, blue: Provider, memory: MemoryDouble) -> None:
    server.data(createSmtpCredential=WIRE)
    credential = await blue.create(DRAFT, key="k")
    assert server.variables == [
        {
            "input": {
                "companyId": "acme",
                "host": "smtp.example.com",
                "port": 587,
                "username": "apikey",
                "senderEmail": "a@acme.example",
                "password": secret_text("draft"),
            }
        }
    ]
    assert credential.verification.provider == Opinion(
        Status.VERIFIED, STAMP, credential.verification.provider.detail
    )
    assert [opinion.at for opinion in memory.list_opinions("c1")] == [STAMP]


async def test_trap_blue_saved_but_not_verified(server: Blue, blue: Provider, memory: MemoryDouble) -> None:
    server.data(createSmtpCredential={**WIRE, "verifiedAt": None})
    credential = await blue.create(DRAFT, key="k")
    assert credential.id == "c1"
    assert credential.verification.provider.status is Status.FAILED
    assert [(item.status, item.at) for item in memory.list_opinions("c1")] == [(Status.FAILED, NOW_TEXT)]


async def test_an_update_sends_changed_fields_only_and_keeps_the_old_stamp(
    server: Blue, blue: Provider, stored: Credential, memory: MemoryDouble
) -> None:
    server.data(updateSmtpCredential={**WIRE, "senderName": None, "verifiedAt": None})
    after = await blue.update("c1", Change({"from_name": None}), current=stored)
    assert server.variables == [{"input": {"id": "c1", "senderName": None}}]
    assert after.from_name is None
    assert [item.at for item in memory.list_opinions("c1")] == [STAMP, NOW_TEXT]


async def test_trap_null_and_empty_password_at_blue_on_the_wire(
    server: Blue, blue: Provider, stored: Credential
) -> None:
    for _ in range(3):
        server.data(updateSmtpCredential=WIRE)
    await blue.update("c1", Change({"port": 25}), current=stored)
    await blue.update("c1", Change(password=Clear()), current=stored)
    await blue.update("c1", Change(password=Set(Secret(secret_text("new")))), current=stored)
    assert [item["input"] for item in server.variables] == [
        {"id": "c1", "port": 25},
        {"id": "c1", "password": None},
        {"id": "c1", "password": secret_text("new")},
    ]
    with pytest.raises(InvalidFieldError):
        await blue.update("c1", Change(password=Set(Secret(""))), current=stored)
    assert len(server.requests) == 3


async def test_an_empty_change_sends_nothing(server: Blue, blue: Provider, stored: Credential) -> None:
    assert await blue.update("c1", Change({"security": "starttls"}), current=stored) is stored
    assert server.requests == []


@pytest.mark.parametrize(("answer", "status"), [(True, Status.VERIFIED), (False, Status.FAILED)])
async def test_a_draft_is_verified_without_being_stored(
    server: Blue, open_blue: Open, answer: bool, status: Status
) -> None:
    server.data(verifySmtpCredential=answer)
    opinion = await open_blue(read_only=True).verify_draft(DRAFT)
    assert (opinion.status, opinion.at) == (status, NOW_TEXT)
    assert server.variables == [
        {
            "input": {
                "host": "smtp.example.com",
                "port": 587,
                "username": "apikey",
                "password": secret_text("draft"),
            }
        }
    ]


async def test_trap_reverification_is_an_update_that_carries_only_the_id(
    server: Blue, blue: Provider, stored: Credential, memory: MemoryDouble
) -> None:
    server.data(updateSmtpCredential={**WIRE, "verifiedAt": NEWER, "updatedAt": NEWER})
    verified = await blue.verify_stored(stored, key="k")
    assert server.variables == [{"input": {"id": "c1"}}]
    assert (verified.opinion.status, verified.opinion.at) == (Status.VERIFIED, NEWER)
    assert verified.credential is not None
    assert [item.at for item in memory.list_opinions("c1")] == [STAMP, NEWER]


async def test_trap_reverification_falls_back_to_the_unchanged_host(
    server: Blue, blue: Provider, stored: Credential, memory: MemoryDouble
) -> None:
    server.error("BAD_USER_INPUT", status=400)
    server.data(updateSmtpCredential={**WIRE, "verifiedAt": None})
    verified = await blue.verify_stored(stored, key="k")
    assert [item["input"] for item in server.variables] == [
        {"id": "c1"},
        {"id": "c1", "host": "smtp.example.com"},
    ]
    assert (verified.opinion.status, verified.opinion.at) == (Status.FAILED, NOW_TEXT)
    assert [(item.status, item.at) for item in memory.list_opinions("c1")] == [
        (Status.VERIFIED, STAMP),
        (Status.FAILED, NOW_TEXT),
    ]


async def test_trap_the_old_stamp_is_in_the_history_before_the_call(
    server: Blue, blue: Provider, stored: Credential, memory: MemoryDouble
) -> None:
    server.answers.append(httpx.ReadError("hung up"))
    with pytest.raises(OutcomeUnknownError):
        await blue.verify_stored(stored, key="k")
    assert [item.at for item in memory.list_opinions("c1")] == [STAMP]


async def test_an_unchanged_stamp_is_not_a_verification(
    server: Blue, blue: Provider, stored: Credential
) -> None:
    server.data(updateSmtpCredential=WIRE)
    server.data(updateSmtpCredential={**WIRE, "verifiedAt": NEWER})
    verified = await blue.verify_stored(stored, key="k")
    assert [item["input"] for item in server.variables] == [
        {"id": "c1"},
        {"id": "c1", "host": "smtp.example.com"},
    ]
    assert verified.opinion.at == NEWER


async def test_a_stamp_that_stays_unchanged_is_reported_as_the_earlier_one(
    server: Blue, blue: Provider, stored: Credential
) -> None:
    server.data(updateSmtpCredential=WIRE)
    server.data(updateSmtpCredential=WIRE)
    verified = await blue.verify_stored(stored, key="k")
    assert verified.opinion.at == STAMP
    assert "without verifying" in verified.opinion.detail


async def test_a_forbidden_reverification_does_not_fall_back(
    server: Blue, blue: Provider, stored: Credential
) -> None:
    server.error("FORBIDDEN")
    with pytest.raises(ForbiddenError):
        await blue.verify_stored(stored, key="k")
    assert len(server.requests) == 1


async def test_reveal_requests_one_record_after_finding_its_offset(server: Blue, open_blue: Open) -> None:
    redactor = Redactor()
    blue = open_blue(redactor=redactor)
    server.page({**WIRE, "id": "c0"}, WIRE)
    server.data(smtpCredentials={"items": [{"id": "c1", "password": secret_text("stored")}]})
    secret = await blue.reveal("c1")
    assert secret.reveal() == secret_text("stored")
    assert server.variables == [{"skip": 0, "take": 100}, {"skip": 1, "take": 1}]
    assert "password" not in server.bodies[0]["query"]
    assert "password" in server.bodies[1]["query"]
    assert CANARY not in redactor.redact(secret_text("stored"))


async def test_reveal_scans_again_when_the_record_moved(server: Blue, blue: Provider) -> None:
    server.page({**WIRE, "id": "c0"}, WIRE)
    server.data(smtpCredentials={"items": [{"id": "c0", "password": secret_text("other")}]})
    server.page(WIRE)
    server.data(smtpCredentials={"items": [{"id": "c1", "password": secret_text("mine")}]})
    assert (await blue.reveal("c1")).reveal() == secret_text("mine")
    assert secret_text("other") not in repr(vars(blue))
    assert [item["skip"] for item in server.variables] == [0, 1, 0, 0]


async def test_reveal_gives_up_on_a_list_that_keeps_moving(server: Blue, blue: Provider) -> None:
    for _ in range(3):
        server.page(WIRE)
        server.data(smtpCredentials={"items": []})
    with pytest.raises(ConflictError):
        await blue.reveal("c1")


async def test_reveal_of_an_unknown_record(server: Blue, blue: Provider) -> None:
    server.page(WIRE)
    with pytest.raises(NotFoundError):
        await blue.reveal("nope")
    assert all("password" not in body["query"] for body in server.bodies)


@pytest.mark.parametrize("password", [None, ""])
async def test_reveal_of_a_record_without_password(
    server: Blue, blue: Provider, password: str | None
) -> None:
    server.page(WIRE)
    server.data(smtpCredentials={"items": [{"id": "c1", "password": password}]})
    with pytest.raises(SecretMissingError):
        await blue.reveal("c1")


async def test_a_list_records_the_offsets_for_later_reveals(server: Blue, blue: Provider) -> None:
    server.page({**WIRE, "id": "c0"}, WIRE)
    [item async for item in blue.list()]
    server.data(smtpCredentials={"items": [{"id": "c1", "password": secret_text("x")}]})
    await blue.reveal("c1")
    assert server.variables[1:] == [{"skip": 1, "take": 1}]


async def test_delete(server: Blue, blue: Provider) -> None:
    server.data(deleteSmtpCredential=True)
    assert (await blue.delete("c1")).note == ""
    assert server.variables == [{"id": "c1"}]


@pytest.mark.parametrize(("answer", "error"), [(False, UnavailableError), (None, OutcomeUnknownError)])
async def test_a_deletion_that_is_not_confirmed(
    server: Blue, blue: Provider, answer: bool | None, error: type[SmtptuiError]
) -> None:
    server.data(deleteSmtpCredential=answer)
    with pytest.raises(error):
        await blue.delete("c1")


@pytest.mark.parametrize("answer", [None, {}, {**WIRE, "id": None}])
async def test_a_create_answered_without_a_record_is_unknown(
    server: Blue, blue: Provider, answer: dict[str, Any] | None
) -> None:
    server.data(createSmtpCredential=answer)
    with pytest.raises(OutcomeUnknownError):
        await blue.create(DRAFT, key="k")
    assert len(server.requests) == 1


async def test_a_masked_error_of_a_write_is_unknown_and_not_repeated(server: Blue, blue: Provider) -> None:
    server.error("INTERNAL_SERVER_ERROR")
    with pytest.raises(OutcomeUnknownError):
        await blue.create(DRAFT, key="k")
    assert len(server.requests) == 1


async def test_a_masked_error_of_a_read_is_retried(server: Blue, blue: Provider) -> None:
    server.error("INTERNAL_SERVER_ERROR")
    server.page(WIRE)
    assert len([item async for item in blue.list()]) == 2


async def test_a_lost_answer_to_a_write_is_unknown(server: Blue, blue: Provider) -> None:
    server.answers.append(httpx.ReadError("hung up"))
    with pytest.raises(OutcomeUnknownError):
        await blue.delete("c1")
    assert len(server.requests) == 1


async def test_html_and_truncated_answers_break_the_protocol(server: Blue, blue: Provider) -> None:
    server.answers.append(httpx.Response(200, html="<html>hello</html>"))
    with pytest.raises(ProtocolBrokenError):
        await blue.check()
    server.answers.append(httpx.Response(200, content=b'{"data": {"smtp'))
    with pytest.raises(ProtocolBrokenError):
        await blue.check()


async def test_read_only_lets_no_write_through(server: Blue, open_blue: Open, stored: Credential) -> None:
    blue = open_blue(read_only=True)
    for call in (
        blue.create(DRAFT, key="k"),
        blue.update("c1", Change({"port": 25}), current=stored),
        blue.delete("c1"),
        blue.verify_stored(stored, key="k"),
    ):
        with pytest.raises(ReadOnlyError):
            await call
    assert server.requests == []


async def test_no_secret_in_an_error_that_echoes_it(server: Blue, open_blue: Open) -> None:
    redactor = Redactor()
    redactor.add(Secret(secret_text("draft")))
    body = {"errors": [{"message": f"bad {secret_text('draft')}", "extensions": {"code": "BAD_USER_INPUT"}}]}
    server.answers.append(httpx.Response(200, json=body))
    with pytest.raises(InvalidFieldError) as raised:
        await open_blue(redactor=redactor).create(DRAFT, key="k")
    assert CANARY not in str(raised.value) + json.dumps(raised.value.to_json())
