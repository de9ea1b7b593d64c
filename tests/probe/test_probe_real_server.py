"""The verdict of every port of a real Postfix, checked against its log."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from smtptui.probe.async_driver import probe
from smtptui.probe.blocking_driver import probe_blocking
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.probe.verdict import Verdict
from smtptui.secrets.secret import Secret

from ..canary import CANARY, secret_text
from .real_postfix import HOST, PASSWORD, USER, Postfix

pytestmark = pytest.mark.real_server

# port, security, expected verdict with the good login
NINE = [
    ("starttls", "starttls", "auth.verified"),
    ("tls", "tls", "auth.verified"),
    ("tls_required", "starttls", "auth.verified"),
    ("no_tls", "starttls", "tls.starttls_missing"),
    ("no_auth", "starttls", "auth.not_offered"),
    ("own_sender", "starttls", "auth.verified"),
    ("expired", "tls", "tls.certificate_expired"),
    ("wrong_name", "tls", "tls.hostname_mismatch"),
    ("tls13", "tls", "auth.verified"),
    # and what else there is to tell
    ("no_tls", "none", "policy.clear_text"),
    ("starttls", "none", "policy.clear_text"),
    ("tls_required", "none", "auth.not_offered"),
    ("starttls", "tls", "mismatch.tls_on_clear_port"),
    ("tls", "starttls", "mismatch.clear_on_tls_port"),
    ("tls", "none", "mismatch.clear_on_tls_port"),
]


def target(server: Postfix, port: str, security: str = "starttls", **more: object) -> ProbeTarget:
    values: dict[str, object] = {"username": USER, "secret": Secret(PASSWORD), **more}
    return ProbeTarget(HOST, server.ports[port], security, **values)  # type: ignore[arg-type]


def options(server: Postfix, **more: object) -> ProbeOptions:
    values: dict[str, object] = {
        "timeout": 20.0,
        "ca_file": server.ca_file,
        "resolve": server.resolve,
        **more,
    }
    return ProbeOptions(**values)  # type: ignore[arg-type]


def wait_for(found: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end, "the server's log never said so"
        time.sleep(0.02)


def leaks_nothing(verdict: Verdict) -> None:
    assert CANARY not in str(verdict.to_json()) + str(verdict) + "".join(map(str, verdict.transcript))


@pytest.mark.parametrize(("port", "security", "expected"), NINE)
async def test_every_port_gets_its_verdict_from_both_drivers(
    postfix: Postfix, port: str, security: str, expected: str
) -> None:
    # The probe waits for a greeting until a third of the timeout, then tests whether the port speaks TLS.
    timeout = 3.0 if expected == "mismatch.clear_on_tls_port" else 20.0
    once = probe_blocking(target(postfix, port, security), options(postfix, timeout=timeout))
    assert once.id == expected, once
    again = await probe(target(postfix, port, security), options(postfix, timeout=timeout))
    assert again.id == expected
    assert (once.status == "verified") == (expected == "auth.verified")
    assert (once.cause, once.remedy, once.edit) == (again.cause, again.remedy, again.edit)
    assert [(s.name, s.state, s.code) for s in once.stages] == [
        (s.name, s.state, s.code) for s in again.stages
    ]
    leaks_nothing(once)


def test_a_wrong_password_is_one_auth_in_the_servers_log(postfix: Postfix) -> None:
    wrong = target(postfix, "starttls", secret=Secret(secret_text("wrong")))
    verdict = probe_blocking(wrong, options(postfix))
    assert (verdict.id, verdict.status) == ("auth.rejected", "failed")
    assert verdict.auth["attempts"] == 1
    assert verdict.server_said.startswith("535 5.7.8")

    def refused() -> list[str]:
        return [log for log in postfix.sessions("starttls") if "authentication failed" in log]

    wait_for(lambda: bool(refused()))
    (log,) = refused()
    assert re.findall(r"auth=(\S+)", log) == ["0/1"]
    assert log.count("authentication failed") == 1
    leaks_nothing(verdict)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_every_mechanism_logs_in(postfix: Postfix, mechanism: str) -> None:
    good = probe_blocking(target(postfix, "starttls", auth_mechanism=mechanism), options(postfix))
    assert good.id == "auth.verified", good
    assert good.auth["chosen"] == mechanism
    wrong = target(postfix, "tls", "tls", auth_mechanism=mechanism, secret=Secret(secret_text("wrong")))
    assert probe_blocking(wrong, options(postfix)).id == "auth.rejected"


def test_a_user_name_outside_ascii_logs_in(postfix: Postfix) -> None:
    assert (
        probe_blocking(target(postfix, "starttls", username="üser@mail.test"), options(postfix)).id
        == "auth.verified"
    )


def test_clear_text_login_when_allowed_hides_the_password(postfix: Postfix) -> None:
    verdict = probe_blocking(target(postfix, "no_tls", "none", allow_cleartext=True), options(postfix))
    assert verdict.id == "auth.verified"
    assert verdict.auth["chosen"] == "SCRAM-SHA-256"


def test_bad_certificates_are_shown_without_a_login(postfix: Postfix) -> None:
    before = {port: len(postfix.sessions(port)) for port in ("expired", "wrong_name")}
    expired = probe_blocking(target(postfix, "expired", "tls"), options(postfix))
    wrong = probe_blocking(target(postfix, "wrong_name", "tls"), options(postfix))
    assert "it was good until" in expired.cause
    assert "other.example" in wrong.cause
    assert [len(v.tls["chain"]) for v in (expired, wrong)] == [2, 2]  # type: ignore[arg-type]
    wait_for(lambda: all(len(postfix.sessions(port)) > count for port, count in before.items()))
    assert not [log for port in before for log in postfix.sessions(port) if "auth=" in log]


def test_an_unknown_authority_is_reported(postfix: Postfix) -> None:
    verdict = probe_blocking(target(postfix, "starttls"), options(postfix, ca_file=None))
    assert verdict.id == "tls.certificate_self_signed"
    assert "smtptui test CA" in verdict.cause


def test_the_sender_check_and_who_owns_the_sender(postfix: Postfix) -> None:
    own = probe_blocking(
        target(postfix, "own_sender", sender=USER, recipient="to@there.test"), options(postfix)
    )
    assert own.id == "auth.verified"
    assert [s.state for s in own.stages if s.name in ("mail", "rcpt", "rset")] == ["ok"] * 3
    other = target(postfix, "own_sender", sender="other@mail.test", recipient="to@there.test")
    verdict = probe_blocking(other, options(postfix))
    assert verdict.id == "sender.rejected"
    assert verdict.auth["result"] == "accepted"
    assert "not owned by user" in verdict.server_said


def test_a_test_mail_is_sent_only_when_asked(postfix: Postfix) -> None:
    before = len(postfix.log())
    asked = target(postfix, "tls", "tls", sender=USER, recipient="to@there.test")
    assert probe_blocking(asked, options(postfix)).id == "auth.verified"
    verdict = probe_blocking(asked, options(postfix, send_test=True))
    assert verdict.id == "auth.verified"
    assert not any("sending" in words for words in verdict.not_proven)
    wait_for(lambda: "status=sent" in postfix.log()[before:])
    assert postfix.log()[before:].count("status=sent") == 1


def test_a_single_probe_imports_nothing_slow(postfix: Postfix) -> None:
    code = f"""
import os, sys
from smtptui.probe.blocking_driver import probe_blocking
from smtptui.probe.target import ProbeOptions, ProbeTarget
from smtptui.secrets.secret import Secret
target = ProbeTarget({HOST!r}, {postfix.ports["starttls"]}, "starttls", {USER!r}, Secret(os.environ["PASSWORD"]))
options = ProbeOptions(timeout=20.0, ca_file={postfix.ca_file!r}, resolve={postfix.resolve!r})
print(probe_blocking(target, options).id)
print(*sorted({{"asyncio", "idna", "cryptography", "concurrent.futures", "dataclasses", "pathlib"}} & set(sys.modules)))
"""
    env = {**os.environ, "PASSWORD": PASSWORD}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.split() == ["auth.verified"]
