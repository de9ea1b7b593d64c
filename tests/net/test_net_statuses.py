"""HTTP statuses over respx: exact numbers of requests and exact errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from smtptui.model.errors import (
    ConflictError,
    ForbiddenError,
    InvalidFieldError,
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
from smtptui.net.call import Call, CallKind
from smtptui.net.classify import classify_status
from smtptui.net.library import httpx
from smtptui.net.options import SessionOptions
from smtptui.net.response import Response
from smtptui.net.session import HttpSession
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.secret import Secret
from tests.canary import CANARY, secret_text
from tests.net.doubles import BASE, session

if httpx.__name__ != "httpx":
    pytest.skip("respx stands in for httpx only", allow_module_level=True)
respx = pytest.importorskip("respx")

READ = Call("list_things", CallKind.READ)
TEST = Call("try_thing", CallKind.TEST)
WRITE = Call("make_thing", CallKind.WRITE)
KEYED = Call("make_thing", CallKind.WRITE, key="k-1")
AUTH = Call("token", CallKind.AUTH)


async def attempt(call: Call, *answers: object, **options: object) -> tuple[Response | SmtptuiError, int]:
    """What came of it, and how many requests it took."""
    http = session(**options)  # type: ignore[arg-type]
    method = "GET" if call.kind is CallKind.READ else "POST"
    with respx.mock(assert_all_called=False) as router:
        route = router.route(url=f"{BASE}/things")
        route.side_effect = list(answers)
        try:
            outcome: Response | SmtptuiError = await http.send(call, method, "things")
        except SmtptuiError as error:
            outcome = error
        finally:
            await http.aclose()
        assert http.requests_sent == route.call_count
        return outcome, route.call_count


def respond(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={k.replace("_", "-"): v for k, v in headers.items()}, json={})


@pytest.mark.parametrize(
    ("status", "sort"),
    [
        (400, InvalidFieldError),
        (401, LoginRefusedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (412, ConflictError),
        (418, ProtocolBrokenError),
        (422, InvalidFieldError),
        (429, RateLimitedError),
        (500, UnavailableError),
        (503, UnavailableError),
    ],
)
def test_statuses_are_classified_by_default(status: int, sort: type[SmtptuiError]) -> None:
    error = classify_status(Response(status, {}, b"", BASE))
    assert type(error) is sort
    assert str(status) in str(error)
    assert classify_status(Response(204, {}, b"", BASE)) is None


@pytest.mark.parametrize("call", [READ, AUTH, KEYED])
@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_a_repeatable_call_is_retried(call: Call, status: int, waits: list[float]) -> None:
    outcome, sent = await attempt(call, respond(status), respond(status), respond(200))
    assert isinstance(outcome, Response)
    assert outcome.status == 200
    assert sent == 3
    assert 0.2 <= waits[0] <= 0.4
    assert 0.4 <= waits[1] <= 0.6


@pytest.mark.parametrize("call", [TEST, WRITE])
@pytest.mark.parametrize("status", [500, 429])
async def test_a_test_and_a_write_without_key_are_sent_once(call: Call, status: int) -> None:
    _, sent = await attempt(call, respond(status))
    assert sent == 1


@pytest.mark.parametrize("call", [READ, AUTH, KEYED, WRITE, TEST])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 418, 304])
async def test_permanent_errors_are_not_retried(call: Call, status: int) -> None:
    outcome, sent = await attempt(call, respond(status))
    assert isinstance(outcome, SmtptuiError)
    assert outcome.outcome is RemoteState.NOTHING_DONE
    assert sent == 1


async def test_four_attempts_then_the_last_error_in_words() -> None:
    outcome, sent = await attempt(READ, *[respond(500, X_Request_Id="req-9")] * 9)
    assert sent == 4
    assert isinstance(outcome, UnavailableError)
    assert (outcome.account, outcome.operation, outcome.request_id) == ("acme", "list_things", "req-9")
    assert outcome.message == "api.provider.example answered 500: the server failed."
    assert outcome.hint


async def test_retry_after_in_seconds_is_waited_for(waits: list[float]) -> None:
    _, sent = await attempt(READ, respond(429, Retry_After="7"), respond(200))
    assert (sent, waits) == (2, [7.0])


async def test_retry_after_as_a_date_is_waited_for(waits: list[float]) -> None:
    now = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=9), usegmt=True)
    _, sent = await attempt(
        READ, respond(503, Retry_After=later, Date=format_datetime(now, usegmt=True)), respond(200)
    )
    assert (sent, waits) == (2, [9.0])


async def test_429_without_retry_after_backs_off(waits: list[float]) -> None:
    _, sent = await attempt(READ, respond(429), respond(200))
    assert sent == 2
    assert 0.2 <= waits[0] <= 0.4


async def test_retry_after_of_more_than_a_minute_is_not_waited_for(waits: list[float]) -> None:
    outcome, sent = await attempt(READ, respond(429, Retry_After="3600"))
    assert (sent, waits) == (1, [])
    assert isinstance(outcome, RateLimitedError)
    assert outcome.retry_after == 3600


async def test_an_invalid_retry_after_is_ignored(waits: list[float]) -> None:
    for nonsense in ("soon", "-5", "1e9", "\u0665", ""):
        assert Response(429, {"retry-after": nonsense}, b"", BASE).retry_after is None


@pytest.mark.parametrize("status", [500, 503])
async def test_a_write_answered_5xx_has_an_unknown_outcome(status: int) -> None:
    outcome, sent = await attempt(WRITE, respond(status, X_Request_Id="req-1"))
    assert sent == 1
    assert isinstance(outcome, OutcomeUnknownError)
    assert outcome.outcome is RemoteState.UNKNOWN
    assert outcome.request_id == "req-1"
    assert "make_thing was sent" in outcome.message


async def test_a_write_refused_with_429_did_nothing() -> None:
    outcome, _ = await attempt(WRITE, respond(429, Retry_After="2"))
    assert isinstance(outcome, RateLimitedError)
    assert outcome.outcome is RemoteState.NOTHING_DONE
    assert outcome.retry_after == 2


async def test_a_keyed_write_lost_once_then_refused_stays_unknown() -> None:
    outcome, sent = await attempt(KEYED, httpx.ReadError("gone"), respond(409))
    assert sent == 2
    assert isinstance(outcome, OutcomeUnknownError)
    assert "409" in outcome.message


async def test_a_keyed_write_lost_once_then_made_is_made() -> None:
    outcome, sent = await attempt(KEYED, httpx.ReadTimeout("slow"), respond(201))
    assert sent == 2
    assert isinstance(outcome, Response)


@pytest.mark.parametrize(
    "lost",
    [httpx.ReadError, httpx.ReadTimeout, httpx.WriteError, httpx.WriteTimeout, httpx.RemoteProtocolError],
)
async def test_a_write_whose_answer_never_came_is_unknown(lost: type[Exception]) -> None:
    outcome, sent = await attempt(WRITE, lost("x"))
    assert sent == 1
    assert isinstance(outcome, OutcomeUnknownError)


@pytest.mark.parametrize(
    "lost", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
)
async def test_a_write_that_was_never_sent_did_nothing(lost: type[Exception]) -> None:
    outcome, sent = await attempt(WRITE, lost("x"))
    assert sent == 1
    assert type(outcome) is UnavailableError
    assert outcome.outcome is RemoteState.NOTHING_DONE
    assert "Nothing was sent." in outcome.message


@pytest.mark.parametrize("call", [READ, WRITE, AUTH, TEST])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_error_that_names_the_host(call: Call, status: int) -> None:
    outcome, sent = await attempt(call, respond(status, Location=f"https://evil.example/?token={CANARY}"))
    assert sent == 1
    assert isinstance(outcome, ProtocolBrokenError)
    assert "evil.example" in outcome.message
    assert CANARY not in outcome.message
    unknown = status == 303 and call.kind is CallKind.WRITE
    assert outcome.outcome is (RemoteState.UNKNOWN if unknown else RemoteState.NOTHING_DONE)


@pytest.mark.parametrize("call", [WRITE, KEYED])
async def test_read_only_refuses_a_write_before_anything_is_sent(call: Call) -> None:
    outcome, sent = await attempt(call, respond(200), read_only=True)
    assert sent == 0
    assert isinstance(outcome, ReadOnlyError)


@pytest.mark.parametrize("call", [READ, TEST, AUTH])
async def test_read_only_lets_the_rest_through(call: Call) -> None:
    outcome, sent = await attempt(call, respond(200), read_only=True)
    assert sent == 1
    assert isinstance(outcome, Response)


async def test_a_mutating_method_tagged_read_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="tagged read"):
        await session().send(READ, "DELETE", "things/1")


async def test_the_classifier_of_the_adapter_decides() -> None:
    http = session()
    with respx.mock() as router:
        router.get(f"{BASE}/things").respond(200, json={"ok": False})
        with pytest.raises(ConflictError) as caught:
            await http.send(READ, "GET", "things", classify=lambda answer: ConflictError("not so", code="c1"))
    await http.aclose()
    assert (caught.value.account, caught.value.operation, caught.value.code) == ("acme", "list_things", "c1")


async def test_bodies_are_encoded_by_kind() -> None:
    http = session()
    with respx.mock() as router:
        route = router.post(f"{BASE}/things?a=1&b=x%20y%26").respond(
            200, json={}, headers={"Set-Cookie": "a=b; Path=/"}
        )
        call = Call("x", CallKind.TEST)
        for _ in range(2):
            await http.send(call, "POST", "things?a=1&b=x%20y%26", json={"name": "\ud800ü"})
        sent = route.calls.last.request
    await http.aclose()
    assert sent.headers["user-agent"].startswith("smtptui/")
    assert sent.content == b'{"name":"\\ud800\\u00fc"}'
    assert "cookie" not in sent.headers
    assert "authorization" not in sent.headers


async def test_headers_and_parameters_arrive() -> None:
    http = session(f"{BASE}/")
    with respx.mock() as router:
        route = router.get(f"{BASE}/things", params={"a": "1", "b": "x y&"}).respond(200, json={})
        await http.send(
            READ,
            "GET",
            "/things?a=1",
            params={"b": "x y&"},
            headers={"X-Extra": "e"},
            auth=StaticHeaders({"X-Api-Key": Secret(secret_text("key"))}),
        )
        sent = route.calls.last.request
    await http.aclose()
    assert sent.headers["x-extra"] == "e"
    assert sent.headers["x-api-key"] == secret_text("key")


async def test_server_texts_are_redacted_and_printable() -> None:
    secret = secret_text("stored")
    redactor = Redactor()
    redactor.add(secret)
    http = session(redactor=redactor)

    def classify(answer: Response) -> SmtptuiError:
        return InvalidFieldError(
            answer.body.decode(), code=f"no-{secret}", hint=f"use {secret}\x07", details={"said": [secret, 1]}
        )

    with respx.mock() as router:
        router.get(f"{BASE}/things").respond(
            422, text=f"\x1b[31m bad {secret}", headers={"X-Request-Id": f"r-{secret}"}
        )
        with pytest.raises(InvalidFieldError) as caught:
            await http.send(READ, "GET", "things", classify=classify)
    await http.aclose()
    texts = repr(caught.value) + str(caught.value.to_json())
    assert CANARY not in texts
    assert "\x1b" not in texts
    assert "\x07" not in texts
    assert caught.value.__context__ is None


@pytest.mark.parametrize("value", ["tok\n", "tok\r\nX: y", "tok ", "t\u00f6k", "tok\x00"])
async def test_a_token_that_no_header_can_carry_is_not_echoed(value: str) -> None:
    http = session()
    with respx.mock(assert_all_called=False), pytest.raises(SmtptuiError) as caught:
        auth = StaticHeaders({"X-Api-Key": Secret(CANARY + value)})
        await http.send(READ, "GET", "things", auth=auth)
    assert caught.value.kind == "configuration"
    assert CANARY not in repr(caught.value)
    assert http.requests_sent == 0


async def test_the_library_logs_no_address(caplog: pytest.LogCaptureFixture) -> None:
    import logging

    for name in ("httpx", "httpcore", "stamina"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        await attempt(READ, respond(500), respond(200))
    assert "api.provider.example" not in caplog.text
    assert "retry_scheduled" not in caplog.text


async def test_no_request_before_the_time_the_provider_gave() -> None:
    paused: list[float] = []
    http = session()

    async def sleep(delay: float) -> None:
        paused.append(delay)

    http._sleep = sleep
    with respx.mock() as router:
        router.get(f"{BASE}/things").side_effect = [
            respond(200, X_RateLimit_Remaining="0", X_RateLimit_Reset="30"),
            respond(200),
        ]
        await http.send(READ, "GET", "things")
        assert paused == []
        await http.send(READ, "GET", "things")
    await http.aclose()
    assert len(paused) == 1
    assert 20 < paused[0] <= 30


async def test_a_wait_of_minutes_is_an_error() -> None:
    http = session()
    with respx.mock() as router:
        router.get(f"{BASE}/things").mock(respond(200, X_RateLimit_Remaining="0", X_RateLimit_Reset="3000"))
        await http.send(READ, "GET", "things")
        with pytest.raises(RateLimitedError) as caught:
            await http.send(READ, "GET", "things")
    await http.aclose()
    assert http.requests_sent == 1
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 2000


async def test_a_write_refused_with_429_keeps_the_next_call_waiting() -> None:
    slept: list[float] = []

    async def return_at_once(seconds: float) -> None:
        slept.append(seconds)

    http = HttpSession(SessionOptions(account="acme", base_url=BASE), Redactor(), sleep=return_at_once)
    with respx.mock() as router:
        route = router.route(url=f"{BASE}/things")
        route.side_effect = [respond(429, Retry_After="5"), respond(429), respond(200)]
        for wait in (5.0, 1.0):
            with pytest.raises(RateLimitedError):
                await http.send(WRITE, "POST", "things")
            assert [round(each) for each in slept] == ([] if wait == 5.0 else [5])
        await http.send(WRITE, "POST", "things")
    await http.aclose()
    assert [round(each) for each in slept] == [5, 1]
