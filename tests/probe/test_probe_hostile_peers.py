"""Hostile and broken servers: the right verdict id, and no byte of a credential too many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from smtptui.probe.async_driver import probe
from smtptui.probe.blocking_driver import probe_blocking
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import Verdict
from smtptui.secrets.secret import Secret

from ..canary import CANARY, secret_text
from .hostile import (
    EHLO_AUTH,
    EHLO_NOTHING,
    EHLO_TLS,
    HOST,
    Line,
    Peer,
    Script,
    authority,
    peer,
    says,
    upgrades,
)

PASSWORD = secret_text("x")


@pytest.fixture(params=["blocking", "asyncio"])
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = Path(tmp_path_factory.mktemp("ca")) / "ca.pem"
    authority()[0].cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(autouse=True)
def short_quit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of these servers answer QUIT."""
    monkeypatch.setattr("smtptui.probe.state_machine.QUIT_SECONDS", 0.1)


async def verdict_of(
    driver: str,
    there: Peer,
    ca_file: str,
    security: str = "starttls",
    *,
    patience: float = 20.0,
    **more: object,
) -> Verdict:
    values: dict[str, object] = {"username": "u@x.test", "secret": Secret(PASSWORD), **more}
    target = ProbeTarget(HOST, there.port, security, **values)  # type: ignore[arg-type]
    options = ProbeOptions(
        timeout=patience, ca_file=ca_file, resolve={f"{HOST}:{there.port}": f"127.0.0.1:{there.port}"}
    )
    if driver == "blocking":
        found = await asyncio.to_thread(probe_blocking, target, options)
    else:
        found = await probe(target, options)
    shown = str(found.to_json()) + "\n".join(map(str, found.transcript))
    assert CANARY not in shown + str(found)
    assert not any(ord(c) < 32 for c in found.server_said + found.cause)
    return found


def endless() -> Script:
    async def script(line: Line) -> None:
        await line.say(b"220 peer\r\n")
        await line.hear()
        while True:
            await line.say(b"250-KEYWORD\r\n" * 100)

    return script


def endless_line() -> Script:
    async def script(line: Line) -> None:
        while True:
            await line.say(b"2" * 4096)

    return script


async def silent(line: Line) -> None:
    await line.hear_the_rest()


async def leaves(line: Line) -> None:
    return


BEFORE_ANY_LOGIN: list[tuple[str, Callable[[], Script], str]] = [
    ("stripped STARTTLS", lambda: says(b"220 peer\r\n", EHLO_AUTH), "tls.starttls_missing"),
    ("nothing offered", lambda: says(b"220 peer\r\n", EHLO_NOTHING), "tls.starttls_missing"),
    ("STARTTLS refused", lambda: says(b"220 p\r\n", EHLO_TLS, b"454 4.7.0 TLS not available\r\n"), "tls.starttls_refused"),
    ("injected reply", lambda: says(b"220 p\r\n", EHLO_TLS, b"220 go\r\n250-INJECTED\r\n250 AUTH PLAIN\r\n"), "tls.starttls_tampered"),
    ("injected part of a line", lambda: says(b"220 p\r\n", EHLO_TLS, b"220 go\r\n2"), "tls.starttls_tampered"),
    ("clear text in place of TLS", lambda: says(b"220 p\r\n", EHLO_TLS, b"220 go\r\n", b"250 AUTH PLAIN\r\n"), "tls.starttls_tampered"),
    ("silent port", lambda: silent, "banner.timeout"),
    ("leaves at once", lambda: leaves, "connect.dropped"),
    ("half a greeting", lambda: says(b"220 pe"), "banner.timeout"),
    ("endless EHLO", endless, "protocol.broken"),
    ("endless line", endless_line, "protocol.broken"),
    ("banner 421", lambda: says(b"421 4.7.0 too many connections\r\n"), "server.busy"),
    ("banner 554", lambda: says(b"554 5.7.1 blocked\r\n"), "banner.refused"),
    ("not SMTP", lambda: says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "protocol.broken"),
    ("another protocol", lambda: says(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol.broken"),
    ("codes that change", lambda: says(b"220-peer\r\n250 peer\r\n"), "protocol.broken"),
    ("EHLO refused", lambda: says(b"220 p\r\n", b"501 5.5.4 invalid name\r\n"), "ehlo.refused"),
    ("EHLO unanswered", lambda: says(b"220 p\r\n"), "command.timeout"),
    ("answers unasked", lambda: says(b"220 p\r\n", EHLO_TLS + b"250 again\r\n"), "protocol.broken"),
    ("421 after EHLO", lambda: says(b"220 p\r\n", EHLO_TLS + b"421 4.3.2 bye\r\n"), "server.busy"),
    ("TLS alert in clear", lambda: says(b"\x15\x03\x01\x00\x02\x02\x46\r\n"), "mismatch.clear_on_tls_port"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "expected"), [row[1:] for row in BEFORE_ANY_LOGIN], ids=[r[0] for r in BEFORE_ANY_LOGIN]
)
async def test_no_credential_is_sent_before_tls_is_verified(
    driver: str, ca_file: str, script: Callable[[], Script], expected: str
) -> None:
    patience = 0.3 if expected.endswith(".timeout") else 20.0
    async with peer(script()) as there:
        found = await verdict_of(driver, there, ca_file, patience=patience)
        assert found.id == expected, found
        assert not there.heard_a_credential
        assert found.status in ("failed", "undetermined")
        assert found.cause
        assert found.remedy


async def test_response_injection_is_reported_as_tampering_whatever_its_chunks(
    driver: str, ca_file: str
) -> None:
    async def slowly(line: Line) -> None:
        await line.say(b"220 p\r\n")
        await line.hear()
        await line.say(EHLO_TLS)
        await line.hear()
        for byte in b"220 go\r\n250 INJECTED\r\n":
            await line.say(bytes([byte]))
            await asyncio.sleep(0)
        await line.hear_the_rest()

    async with peer(slowly) as there:
        assert (await verdict_of(driver, there, ca_file)).id == "tls.starttls_tampered"
        assert not there.heard_a_credential


AT_THE_LOGIN = [
    ("accepted", b"235 2.7.0 ok\r\n", "auth.verified", "verified"),
    ("another 2xx is no 235", b"250 ok\r\n", "auth.protocol", "undetermined"),
    ("rejected", b"535 5.7.8 no\r\n", "auth.rejected", "failed"),
    ("454 is not a wrong password", b"454 4.7.0 Temporary authentication failure\r\n", "auth.undetermined", "undetermined"),
    ("421 is not a wrong password", b"421 4.7.0 too many errors\r\n", "auth.undetermined", "undetermined"),
    ("drop", b"", "auth.dropped", "undetermined"),
    ("asks for more", b"334 \r\n", "auth.protocol", "undetermined"),
    ("gibberish", b"\xff\xfe\r\n", "auth.protocol", "undetermined"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "expected", "status"), [row[1:] for row in AT_THE_LOGIN], ids=[r[0] for r in AT_THE_LOGIN]
)
async def test_one_auth_is_sent_and_its_reply_decides_the_verdict(
    driver: str, ca_file: str, reply: bytes, expected: str, status: str
) -> None:
    async with peer(upgrades(EHLO_AUTH, reply, b"501 5.7.0 cancelled\r\n")) as there:
        found = await verdict_of(driver, there, ca_file)
    assert (found.id, found.status) == (expected, status)
    assert bytes(there.heard).count(b"AUTH ") == 1
    assert found.auth["attempts"] == 1


async def test_extensions_from_before_tls_are_discarded(driver: str, ca_file: str) -> None:
    async with peer(upgrades(EHLO_NOTHING)) as there:
        found = await verdict_of(driver, there, ca_file)
    assert found.id == "auth.not_offered"
    assert found.auth["offered_in_clear"] == ["PLAIN", "LOGIN"]
    assert not there.heard_a_credential


async def test_a_silent_login_is_undetermined(driver: str, ca_file: str) -> None:
    async with peer(upgrades(EHLO_AUTH)) as there:
        found = await verdict_of(driver, there, ca_file, patience=0.3)
    assert (found.id, found.status) == ("auth.timeout", "undetermined")


async def test_escape_sequences_markup_and_bidi_marks_are_made_harmless(driver: str, ca_file: str) -> None:
    nasty = "535 5.7.8 \x1b]52;c;aGk=\x07\x1b[2J [/] [bold]x[/bold] \u202egnp\r\n".encode()
    async with peer(upgrades(EHLO_AUTH, nasty)) as there:
        found = await verdict_of(driver, there, ca_file)
    assert found.id == "auth.rejected"
    everything = str(found.to_json()) + "".join(map(str, found.transcript))
    assert not {"\x1b", "\x07", "\u202e"} & set(everything)
    assert "[/]" in found.server_said


async def test_eight_bit_replies_are_read(driver: str, ca_file: str) -> None:
    async with peer(upgrades(EHLO_AUTH, "535 5.7.8 Échec \xe9".encode("latin-1") + b"\r\n")) as there:
        assert (await verdict_of(driver, there, ca_file)).id == "auth.rejected"


async def test_a_password_that_the_server_echoes_is_not_shown(driver: str, ca_file: str) -> None:
    async with peer(upgrades(EHLO_AUTH, f"535 5.7.8 wrong: {PASSWORD}\r\n".encode())) as there:
        found = await verdict_of(driver, there, ca_file)  # looks for the canary itself
    assert found.server_said == "535 5.7.8 wrong: <redacted>"


async def test_an_xoauth2_refusal_is_answered_and_read(driver: str, ca_file: str) -> None:
    error = b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n"
    script = upgrades(b"250-p\r\n250 AUTH XOAUTH2\r\n", error, b"535 5.7.8 bad token\r\n")
    async with peer(script) as there:
        found = await verdict_of(driver, there, ca_file, auth_mechanism="XOAUTH2")
    assert found.id == "auth.rejected"
    assert found.auth["token_error"] == '{"status":"400"}'
    async with peer(upgrades(b"250-p\r\n250 AUTH XOAUTH2\r\n")) as there:
        found = await verdict_of(driver, there, ca_file)
    assert found.id == "auth.mechanism_unavailable"
    assert not there.heard_a_credential


async def test_clear_text_is_refused_unless_allowed(driver: str, ca_file: str) -> None:
    async with peer(says(b"220 p\r\n", EHLO_AUTH, b"235 2.7.0 ok\r\n")) as there:
        found = await verdict_of(driver, there, ca_file, "none")
        assert (found.id, found.edit) == ("policy.clear_text", None)
        assert not there.heard_a_credential
        allowed = await verdict_of(driver, there, ca_file, "none", allow_cleartext=True)
    assert allowed.id == "auth.verified"


@pytest.mark.parametrize("secret", [None, Secret(""), Secret("********"), Secret("••••")])
async def test_a_mask_or_an_empty_password_is_not_tried(
    driver: str, ca_file: str, secret: Secret | None
) -> None:
    async with peer(upgrades(EHLO_AUTH)) as there:
        found = await verdict_of(driver, there, ca_file, secret=secret)
    assert (found.id, found.status) == ("secret.unknown", "reachable")
    assert not there.heard_a_credential


async def test_nul_in_a_password_is_refused(driver: str, ca_file: str) -> None:
    async with peer(upgrades(EHLO_AUTH)) as there:
        found = await verdict_of(driver, there, ca_file, secret=Secret(f"a\0{CANARY}"))
    assert found.id == "secret.unusable"
    assert not there.heard_a_credential


async def test_line_ends_in_a_password_inject_nothing(driver: str, ca_file: str) -> None:
    secret = Secret(f"{CANARY}\r\nQUIT\r\n")
    async with peer(upgrades(EHLO_AUTH, b"535 5.7.8 no\r\n")) as there:
        found = await verdict_of(driver, there, ca_file, secret=secret)
    assert found.id == "auth.rejected"
    assert "space or a line end" in found.warnings[0]
    assert "space or a line end" in found.remedy
    assert [line.split(b" ")[0] for line in bytes(there.heard).split(b"\r\n")[:4]] == [
        b"EHLO",
        b"STARTTLS",
        b"EHLO",
        b"AUTH",
    ]


@pytest.mark.parametrize(
    "host",
    [
        "x\r\ny.test",
        "x y.test",
        "x\0.test",
        "",
        "[]",
        "-a.test",
        "a..b",
        "1.2.3",
        "x" * 64 + ".test",
        "\u202ea.test",
    ],
)
def test_a_bad_host_is_refused_before_dns(host: str) -> None:
    assert probe_blocking(ProbeTarget(host, 587, None), ProbeOptions()).id == "input.host_invalid"


@pytest.mark.parametrize(
    ("more", "options", "expected"),
    [
        ({"sender": "a@b>\r\nRCPT TO:<c"}, {}, "input.invalid"),
        ({"sender": "a@b.test", "recipient": "c d"}, {}, "input.invalid"),
        ({}, {"ehlo_name": "a\r\nMAIL"}, "input.invalid"),
        ({}, {"send_test": True}, "input.invalid"),
        ({}, {"resolve": {"h.test:587": "elsewhere:1"}}, "input.invalid"),
    ],
)
def test_bad_input_opens_no_connection(
    more: dict[str, str], options: dict[str, object], expected: str
) -> None:
    found = probe_blocking(ProbeTarget("h.test", 587, None, **more), ProbeOptions(**options))  # type: ignore[arg-type]
    assert found.id == expected
    assert found.address is None


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_bad_port_is_refused(port: int) -> None:
    assert probe_blocking(ProbeTarget("h.test", port, None)).id == "input.port_invalid"


async def test_a_refused_connection_has_its_verdict(driver: str, ca_file: str) -> None:
    async with peer(silent) as there:
        pass
    assert (await verdict_of(driver, there, ca_file)).id == "connect.refused"


@pytest.mark.parametrize(
    "script",
    [silent, leaves, endless_line(), says(b"220 peer\r\n", EHLO_AUTH), says(b"\x1b]52;c;eA==\x07\r\n")],
    ids=["silent", "leaves", "endless", "talks", "escapes"],
)
async def test_another_port_receives_nothing_whatever_it_sends(
    driver: str, ca_file: str, script: Script
) -> None:
    async with peer(silent) as gone:
        pass
    over = asyncio.Event()

    async def hears(line: Line) -> None:
        try:
            await script(line)
            await line.hear_the_rest()
        finally:
            over.set()

    async with peer(hears) as other:
        options = ProbeOptions(
            timeout=20.0,
            ca_file=ca_file,
            resolve={f"{HOST}:465": f"127.0.0.1:{gone.port}", f"{HOST}:587": f"127.0.0.1:{other.port}"},
        )
        target = ProbeTarget(HOST, 465, None, username="u@x.test", secret=Secret(PASSWORD))
        if driver == "blocking":
            found = await asyncio.to_thread(probe_blocking, target, options)
        else:
            found = await probe(target, options)
        assert (found.id, found.edit) == ("connect.refused", {"port": 587, "security": "starttls"})
        async with asyncio.timeout(60):
            await over.wait()
        assert (other.connections, bytes(other.heard)) == (1, b"")


async def test_a_missing_ca_file_is_reported_and_nothing_is_sent(driver: str) -> None:
    async with peer(upgrades(EHLO_AUTH)) as there:
        found = await verdict_of(driver, there, "/does/not/exist.pem")
    assert found.id == "tls.ca_file_unreadable"
    assert not there.heard_a_credential


async def test_cancelling_closes_the_socket(ca_file: str) -> None:
    asked = asyncio.Event()
    gone = asyncio.Event()

    async def waits(line: Line) -> None:
        await line.say(b"220 p\r\n")
        await line.hear()
        asked.set()
        assert await line.hear() == b""
        gone.set()

    async with peer(waits) as there:
        task = asyncio.create_task(verdict_of("asyncio", there, ca_file, patience=30.0))
        await asyncio.wait_for(asked.wait(), 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(gone.wait(), 60)
