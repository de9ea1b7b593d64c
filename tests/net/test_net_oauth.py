"""OAuth tokens: fetched once, refreshed before expiry and once after a refusal, and never shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from smtptui.model.errors import (
    LoginRefusedError,
    ProtocolBrokenError,
    RemoteState,
    SmtptuiError,
    UnavailableError,
)
from smtptui.net.authorizer import BearerToken
from smtptui.net.call import Call, CallKind
from smtptui.net.oauth import ClientCredentials
from smtptui.net.session import HttpSession
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.secret import Secret
from tests.canary import CANARY, secret_text
from tests.net.doubles import session
from tests.net.servers import Server, reply, serving

READ = Call("list_things", CallKind.READ)
WRITE = Call("make_thing", CallKind.WRITE)
START = datetime(2026, 1, 1, tzinfo=UTC)


def token(name: str, life: object = 300) -> bytes:
    return reply({"access_token": secret_text(name), "token_type": "Bearer", "expires_in": life})


class Bench:
    def __init__(self, http: HttpSession, tokens: Server, api: Server) -> None:
        self.http, self.tokens, self.api = http, tokens, api
        self.clock = START
        self.auth = ClientCredentials(
            http, f"{tokens.url}/oauth/token", "client-1", Secret(secret_text("client")), lambda: self.clock
        )

    async def get(self, call: Call = READ) -> None:
        await self.http.send(call, "GET" if call is READ else "POST", "things", auth=self.auth)

    def used(self) -> list[str]:
        return [headers.get("authorization", "") for _, headers, _ in self.api.requests]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with serving(token("t1"), token("t2"), token("t3")) as tokens, serving(reply({})) as api:
        http = session(api.url, redactor=Redactor(), concurrency=1)
        yield Bench(http, tokens, api)
        await http.aclose()


async def test_a_token_is_fetched_once_and_kept(bench: Bench) -> None:
    for _ in range(3):
        await bench.get()
    ((first, headers, body),) = bench.tokens.requests
    assert first.startswith("POST /oauth/token ")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["client-1"],
        "client_secret": [secret_text("client")],
    }
    assert bench.used() == [f"Bearer {secret_text('t1')}"] * 3


async def test_oauth_token_refresh_before_expiry(bench: Bench) -> None:
    await bench.get()
    bench.clock = START + timedelta(seconds=269)
    await bench.get()
    assert len(bench.tokens.requests) == 1
    bench.clock = START + timedelta(seconds=270)
    await bench.get()
    assert bench.used()[-1] == f"Bearer {secret_text('t2')}"


async def test_a_short_life_has_a_short_margin(bench: Bench) -> None:
    bench.tokens.replies[0] = token("t1", "20")
    await bench.get()
    bench.clock = START + timedelta(seconds=17.9)
    await bench.get()
    assert len(bench.tokens.requests) == 1
    bench.clock = START + timedelta(seconds=18)
    await bench.get()
    assert len(bench.tokens.requests) == 2


async def test_concurrent_calls_share_one_token_fetch(bench: Bench) -> None:
    await asyncio.gather(*(bench.get() for _ in range(5)))
    assert len(bench.tokens.requests) == 1
    assert len(bench.api.requests) == 5


@pytest.mark.parametrize("call", [READ, WRITE])
async def test_oauth_token_refresh_once_on_401(bench: Bench, call: Call) -> None:
    bench.api.replies = [reply({}, 401), reply({})]
    await bench.get(call)
    assert bench.used() == [f"Bearer {secret_text('t1')}", f"Bearer {secret_text('t2')}"]


@pytest.mark.parametrize("call", [READ, WRITE])
async def test_oauth_token_is_not_refreshed_twice_for_one_call(bench: Bench, call: Call) -> None:
    bench.api.replies = [reply({}, 401)]
    with pytest.raises(LoginRefusedError) as caught:
        await bench.get(call)
    assert caught.value.outcome is RemoteState.NOTHING_DONE
    assert len(bench.api.requests) == 2
    assert len(bench.tokens.requests) == 2


async def test_calls_refused_together_share_one_new_token(bench: Bench) -> None:
    all_have_theirs = asyncio.Barrier(3)

    async def refused_call() -> Mapping[str, str]:
        await bench.auth.headers()
        await all_have_theirs.wait()
        assert await bench.auth.refresh()
        return await bench.auth.headers()

    given = await asyncio.gather(*(refused_call() for _ in range(3)))
    assert given == [{"Authorization": f"Bearer {secret_text('t2')}"}] * 3
    assert len(bench.tokens.requests) == 2


async def test_a_fixed_token_is_not_tried_again() -> None:
    async with serving(reply({}, 401)) as api:
        http = session(api.url)
        with pytest.raises(LoginRefusedError):
            await http.send(READ, "GET", "things", auth=BearerToken(Secret(CANARY)))
        await http.aclose()
        assert len(api.requests) == 1
        assert api.requests[0][1]["authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize(
    ("answer", "sort"),
    [
        (reply({"error": "invalid_client", "error_description": CANARY}, 401), LoginRefusedError),
        (reply({"error": "invalid_client", "error_description": CANARY}, 400), LoginRefusedError),
        (reply(CANARY.encode(), 401, "text/html"), LoginRefusedError),
        (reply({"error": "unsupported_grant_type", "error_description": CANARY}, 400), ProtocolBrokenError),
        (reply({"token": CANARY}), ProtocolBrokenError),
        (reply({"access_token": ""}), ProtocolBrokenError),
        (reply([CANARY]), ProtocolBrokenError),
        (reply(f"<html>{CANARY}".encode()), ProtocolBrokenError),
        (reply({}, 500), UnavailableError),
    ],
)
@pytest.mark.parametrize("call", [READ, WRITE])
async def test_without_a_token_nothing_is_sent(
    bench: Bench, answer: bytes, sort: type[SmtptuiError], call: Call
) -> None:
    bench.tokens.replies = [answer]
    with pytest.raises(SmtptuiError) as caught:
        await bench.get(call)
    assert type(caught.value) is sort
    assert caught.value.operation == "token"
    assert caught.value.outcome is RemoteState.NOTHING_DONE
    assert CANARY not in repr(caught.value)
    assert bench.api.requests == []
    assert len(bench.tokens.requests) == (4 if sort is UnavailableError else 1)


async def test_a_token_that_cannot_be_renewed_ends_the_call(bench: Bench) -> None:
    bench.tokens.replies = [token("t1"), reply({}, 500)]
    bench.api.replies = [reply({}, 401)]
    with pytest.raises(UnavailableError):
        await bench.get()
    assert len(bench.api.requests) == 1
    assert len(bench.tokens.requests) == 1 + 4


async def test_the_token_is_known_to_the_redactor(bench: Bench) -> None:
    await bench.get()
    assert bench.http.redactor.redact(secret_text("t1")) == "<redacted>"
