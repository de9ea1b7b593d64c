"""Every row of replies.toml, and every verdict id."""

from __future__ import annotations

import re

import pytest

from smtptui.probe.explain import Explanation, explain, load_table
from smtptui.probe.replies import Reply, ReplyReader
from smtptui.probe.verdict import VERDICTS, VerdictStatus, build_verdict


def reply(text: str) -> Reply:
    reader = ReplyReader()
    reader.feed(text.encode() + b"\r\n")
    found = reader.next_reply()
    assert found is not None
    return found


@pytest.mark.parametrize("row", load_table(), ids=lambda row: f"{row.stage}: {row.example[:40]}")
def test_each_row_is_the_first_that_fits_its_own_example(row: Explanation) -> None:
    host = f"smtp.{row.host}" if row.host else "mail.example.test"
    assert explain(row.stage, reply(row.example), host) is row
    assert row.verdict in VERDICTS
    assert row.confidence in ("certain", "likely", "guess")
    re.compile(row.regex)
    re.compile(row.code)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("535 5.7.8 Error: authentication failed: (reason unavailable)", "auth.rejected"),
        ("535 5.7.8 Error: authentication failed: another step is needed in authentication", "auth.protocol"),
        ("535 5.7.8 Error: authentication failed: no mechanism available", "auth.mechanism_unavailable"),
        ("454 4.7.0 Temporary authentication failure: generic failure", "auth.undetermined"),
        ("432 4.7.12 A password transition is needed", "auth.transition_needed"),
        ("534 5.7.9 Authentication mechanism is too weak", "auth.mechanism_unavailable"),
        ("534-5.7.9 Application-specific password required. Learn more at", "auth.app_password_required"),
        ("550 5.7.30 Basic authentication is not supported for Client Submission.", "auth.disabled"),
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.", "auth.disabled"),
        ("535 Authentication Credentials Invalid", "auth.rejected"),
        ("530 5.7.0 Must issue a STARTTLS command first.", "policy.clear_text"),
        ("538 5.7.11 Encryption required", "policy.clear_text"),
        ("503 5.5.1 Error: authentication not enabled", "auth.not_offered"),
        ("504 5.7.4 Unrecognized authentication type", "auth.mechanism_unavailable"),
        ("525 5.7.13 Account disabled", "auth.account_disabled"),
        ("535 5.7.14 Trust relationship required", "auth.disabled"),
        ("421 4.7.0 Too many errors", "auth.undetermined"),
    ],
)  # fmt: skip
def test_what_the_large_services_answer_to_a_login(said: str, verdict: str) -> None:
    row = explain("auth", reply(said.replace("-", " ", 1) if said[3] == "-" else said), "smtp.example.test")
    assert row is not None
    assert row.verdict == verdict


def test_a_temporary_answer_is_never_a_wrong_password() -> None:
    for code in range(400, 500):
        row = explain("auth", Reply(code, None, ("whatever",)), "x.test")
        assert row is not None
        assert row.verdict in ("auth.undetermined", "auth.transition_needed")


def test_only_a_login_is_verified() -> None:
    assert [name for name, known in VERDICTS.items() if known.status is VerdictStatus.VERIFIED] == [
        "auth.verified"
    ]
    assert not [row for row in load_table() if row.verdict == "auth.verified"]


@pytest.mark.parametrize("name", VERDICTS)
def test_every_verdict_has_a_cause_and_a_remedy(name: str) -> None:
    verdict = build_verdict(name, host="h.test", port=587, detail="why")
    assert verdict.cause
    assert "{" not in verdict.cause + verdict.remedy
    assert verdict.remedy or verdict.status in (VerdictStatus.VERIFIED, VerdictStatus.REACHABLE)
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", name)


def test_the_json_has_exactly_the_promised_keys() -> None:
    body = build_verdict("auth.rejected", host="h", port=1).to_json()
    assert list(body) == [
        "id", "status", "cause", "remedy", "server_said", "not_proven", "stages", "tls", "auth", "address",
        "guess", "edit", "warnings",
    ]  # fmt: skip


def test_a_service_is_named_only_for_its_own_host() -> None:
    said = reply("535 5.7.8 Authentication credentials invalid")
    elsewhere = explain("auth", said, "smtp.example.test")
    at_home = explain("auth", said, "email-smtp.eu-west-1.amazonaws.com")
    assert elsewhere is not None
    assert at_home is not None
    assert "Amazon" not in elsewhere.cause + elsewhere.remedy
    assert "Amazon" in at_home.cause
