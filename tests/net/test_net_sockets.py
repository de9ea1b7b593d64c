"""Over real sockets, with the installed HTTP library: dropped connections, broken bodies, certificates, proxies."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from smtptui.model.errors import (
    ConfigurationError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    RemoteState,
    SmtptuiError,
    UnavailableError,
)
from smtptui.net.call import Call, CallKind
from smtptui.secrets.redactor import Redactor
from tests.canary import CANARY
from tests.net.doubles import session
from tests.net.servers import HANG_UP_AFTER_READING, HANG_UP_BEFORE_READING, free_port, reply, serving

READ = Call("list_things", CallKind.READ)
TEST = Call("try_thing", CallKind.TEST)
WRITE = Call("make_thing", CallKind.WRITE)
KEYED = Call("make_thing", CallKind.WRITE, key="k-1")

HTML = reply(b"<!DOCTYPE html><title>Sign in</title>", sort="text/html; charset=utf-8")
TRUNCATED = reply(b'{"data": {"things": [{"id": "1", "na')
SHORT = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{"data":'


async def failure(call: Call, url: str, **options: Any) -> SmtptuiError:
    http = session(url, **options)
    try:
        with pytest.raises(SmtptuiError) as caught:
            await http.send(call, "GET" if call.kind is CallKind.READ else "POST", "things", json={"a": 1})
    finally:
        await http.aclose()
    return caught.value


@pytest.mark.parametrize("drop", [HANG_UP_BEFORE_READING, HANG_UP_AFTER_READING, SHORT])
async def test_a_read_survives_a_hang_up(drop: bytes) -> None:
    async with serving(drop, drop, reply({"ok": True})) as server:
        http = session(server.url)
        answer = await http.send(READ, "GET", "things")
        await http.aclose()
    assert answer.json() == {"ok": True}
    assert http.requests_sent == 3


@pytest.mark.parametrize("drop", [HANG_UP_BEFORE_READING, HANG_UP_AFTER_READING, SHORT])
async def test_a_write_cut_off_is_sent_once_and_unknown(drop: bytes) -> None:
    async with serving(drop) as server:
        error = await failure(WRITE, server.url)
        assert len(server.requests) <= 1
    assert isinstance(error, OutcomeUnknownError)
    assert error.outcome is RemoteState.UNKNOWN
    assert "127.0.0.1 closed the connection" in error.message


@pytest.mark.parametrize("drop", [HANG_UP_BEFORE_READING, HANG_UP_AFTER_READING])
async def test_a_keyed_write_survives_a_hang_up(drop: bytes) -> None:
    async with serving(drop, reply({"ok": True}, 201)) as server:
        http = session(server.url)
        answer = await http.send(KEYED, "POST", "things", json={})
        await http.aclose()
    assert answer.status == 201


async def test_a_test_cut_off_is_unavailable_and_stored_nothing() -> None:
    async with serving(HANG_UP_AFTER_READING) as server:
        error = await failure(TEST, server.url)
    assert type(error) is UnavailableError


async def test_a_silent_server_times_out() -> None:
    async with serving(reply({}), b"") as server:
        http = session(server.url, timeout=0.5)
        # The read opens the connection, so that a busy machine does not run into the timeout while connecting.
        await http.send(READ, "GET", "things")
        with pytest.raises(OutcomeUnknownError, match=r"within 0\.5 s"):
            await http.send(WRITE, "POST", "things", json={})
        await http.aclose()


async def test_nobody_listening_means_nothing_was_sent() -> None:
    error = await failure(WRITE, f"http://127.0.0.1:{free_port()}")
    assert type(error) is UnavailableError
    assert error.outcome is RemoteState.NOTHING_DONE
    assert "Nothing was sent." in error.message


async def test_html_is_reported_as_such() -> None:
    async with serving(HTML) as server:
        http = session(server.url)
        answer = await http.send(READ, "GET", "things")
        with pytest.raises(ProtocolBrokenError, match=r"status 200.*web page.*text/html") as caught:
            answer.json()
        with pytest.raises(OutcomeUnknownError, match="may or may not"):
            answer.json_after_write()
        await http.aclose()
    assert (caught.value.account, caught.value.operation) == ("acme", "list_things")
    assert "Sign in" not in str(caught.value)


@pytest.mark.parametrize("body", [b'{"a": ', b"[1, 2", b"", b"OK", b"\xff\xfe\x00", b"[" * 100_000])
async def test_a_body_that_is_not_json_is_not_repeated(body: bytes) -> None:
    async with serving(reply(body)) as server:
        http = session(server.url)
        answer = await http.send(READ, "GET", "things")
        with pytest.raises(ProtocolBrokenError) as caught:
            answer.json()
        await http.aclose()
    assert len(str(caught.value)) < 300


async def test_an_excerpt_never_contains_a_known_secret() -> None:
    redactor = Redactor()
    redactor.add(CANARY)
    async with serving(reply(f"oops {CANARY}".encode(), sort="text/plain")) as server:
        http = session(server.url, redactor=redactor)
        answer = await http.send(READ, "GET", "things")
        with pytest.raises(ProtocolBrokenError) as caught:
            answer.json()
        await http.aclose()
    assert "oops" in str(caught.value)
    assert CANARY not in repr(caught.value)
    assert CANARY not in repr(answer)


async def test_a_redirect_over_sockets_is_not_followed() -> None:
    async with serving(reply({}, 301, Location="http://other.example/x")) as server:
        error = await failure(READ, server.url)
        assert len(server.requests) == 1
    assert isinstance(error, ProtocolBrokenError)
    assert "other.example" in error.message


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("call", [READ, WRITE])
async def test_an_untrusted_certificate_is_reported_and_not_retried(
    call: Call, tls: ssl.SSLContext, waits: list[float]
) -> None:
    async with serving(reply({}), tls=tls) as server:
        error = await failure(call, server.url)
        assert server.requests == []
    assert type(error) is UnavailableError
    assert error.outcome is RemoteState.NOTHING_DONE
    assert "certificate" in error.message
    assert "Nothing was sent." in error.message
    assert "ca_file" in error.hint
    assert waits == []


async def test_a_certificate_of_the_ca_file_is_trusted(
    authority: trustme.CA, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    async with serving(reply({"ok": True}), tls=tls) as server:
        http = session(server.url, ca_file=ca_file)
        answer = await http.send(READ, "GET", "things")
        await http.aclose()
    assert answer.json() == {"ok": True}


async def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    async with serving(reply({}), tls=context) as server:
        error = await failure(READ, server.url, ca_file=ca_file)
        assert server.requests == []
    assert "certificate" in error.message


async def test_plain_http_on_a_tls_port_sends_nothing() -> None:
    async with serving(reply({})) as server:
        error = await failure(WRITE, f"https://127.0.0.1:{server.port}", timeout=0.5)
    assert type(error) is UnavailableError
    assert "Nothing was sent." in error.message


@pytest.mark.parametrize("content", [None, b"no certificate"])
async def test_a_ca_file_that_cannot_be_used(content: bytes | None, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_bytes(content)
    error = await failure(READ, "https://127.0.0.1:1", ca_file=ca_file)
    assert isinstance(error, ConfigurationError)
    assert str(ca_file) in error.message


@pytest.mark.parametrize(
    "url",
    [
        "http://api.provider.example/v1",
        "http://10.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
        "https://",
        "https://user:pw@host.example",
        "https://ho st.example",
        "https://[::1",
        "//host.example",
        "",
    ],
)
async def test_http_is_refused_off_loopback_and_other_schemes_everywhere(url: str) -> None:
    http = session(url)
    with pytest.raises(ConfigurationError, match=r"Nothing was sent\."):
        await http.send(READ, "GET", "things")
    if ":/" in url:
        with pytest.raises(ConfigurationError):
            await session("https://ok.example").send(READ, "GET", url)
    assert http.requests_sent == 0


async def test_the_proxy_of_the_environment_is_used_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with serving(reply({"from": "proxy"})) as proxy, serving(reply({"from": "server"})) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        origins = []
        for choice in (None, "env", proxy.url):
            http = session(server.url, proxy=choice)
            origins.append((await http.send(READ, "GET", "things")).json()["from"])
            await http.aclose()
    assert origins == ["server", "proxy", "proxy"]


async def test_an_invalid_proxy_is_refused() -> None:
    error = await failure(READ, "https://ok.example", proxy="carrier pigeon")
    assert isinstance(error, ConfigurationError)
    assert "proxy" in error.message


async def test_no_more_calls_at_a_time_than_allowed() -> None:
    running = most = 0
    gate = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                running += 1
                most = max(most, running)
                if running == 2:
                    gate.set()
                await gate.wait()
                running -= 1
                writer.write(reply({}))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    http = session(f"http://127.0.0.1:{port}", concurrency=2)
    async with asyncio.timeout(60):
        await asyncio.gather(*(http.send(READ, "GET", "things") for _ in range(6)))
    await http.aclose()
    listener.close()
    await asyncio.sleep(0)
    assert most == 2
    assert http.requests_sent == 6


async def test_a_cancelled_call_leaves_the_session_usable() -> None:
    async with serving(b"", reply({"ok": True})) as server:
        http = session(server.url, concurrency=1)
        task = asyncio.create_task(http.send(READ, "GET", "things"))
        async with asyncio.timeout(60):
            while not server.requests:  # noqa: ASYNC110
                await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await http.send(READ, "GET", "things")).json() == {"ok": True}
        await http.aclose()
