"""The SMTP servers, asked by the standard library's own client."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

import pytest

from smtptui.sandbox.logins import Logins
from smtptui.sandbox.resolve_map import ResolveMap
from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY

PASSWORD = f"pw-{CANARY}"


def context(running: RunningSandbox) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(running.ca_file))


def plain(running: RunningSandbox, server: str, name: str = "127.0.0.1") -> smtplib.SMTP:
    smtp = smtplib.SMTP("127.0.0.1", running.smtp[server], timeout=10)
    smtp._host = name  # type: ignore[attr-defined]
    smtp.ehlo()
    return smtp


def test_starttls_offers_auth_only_after_tls_and_a_host_has_its_certificate(bench: Any) -> None:
    bench.accept("mail.acme.example", "smtp-user", PASSWORD)
    with plain(bench.running, "starttls", "mail.acme.example") as smtp:
        assert not smtp.has_extn("auth")
        assert smtp.docmd("MAIL", "FROM:<a@acme.example>")[0] == 530
        smtp.starttls(context=context(bench.running))
        smtp.ehlo()
        assert smtp.esmtp_features["auth"].split() == ["LOGIN", "PLAIN"]
        assert smtp.docmd("MAIL", "FROM:<a@acme.example>")[0] == 530
        assert smtp.login("smtp-user", PASSWORD)[0] == 235


def test_implicit_tls_and_a_wrong_password(bench: Any) -> None:
    bench.accept("127.0.0.1", "smtp-user", PASSWORD)
    port = bench.running.smtp["tls"]
    with smtplib.SMTP_SSL("127.0.0.1", port, timeout=10, context=context(bench.running)) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            smtp.login("smtp-user", "pw-wrong")
        assert refused.value.smtp_code == 535
        assert smtp.login("smtp-user", PASSWORD)[0] == 235


def test_the_relay_takes_mail_without_auth_and_offers_none(bench: Any) -> None:
    with plain(bench.running, "relay") as smtp:
        assert smtp.has_extn("starttls")
        assert not smtp.has_extn("auth")
        smtp.sendmail("a@acme.example", ["b@acme.example"], "Subject: relayed\r\n\r\nhello")
    with plain(bench.running, "relay", "relay.acme.example") as smtp:
        smtp.starttls(context=context(bench.running))
        smtp.ehlo()
        assert not smtp.has_extn("auth")
    assert any("relayed" in m["content"] for m in bench.running.ask("mail"))


def test_the_name_told_by_tls_decides_whose_login_counts(bench: Any) -> None:
    bench.accept("mail.acme.example", "same-user", "pw-at-mail")
    bench.accept("mail2.acme.example", "same-user", "pw-at-mail2")
    with plain(bench.running, "starttls", "mail2.acme.example") as smtp:
        smtp.starttls(context=context(bench.running))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login("same-user", "pw-at-mail")
        assert smtp.login("same-user", "pw-at-mail2")[0] == 235


def test_the_login_table_merges_removes_and_replaces() -> None:
    logins = Logins()
    logins.merge({"Mail.Example": {"u": "1", "v": "2"}, "anyone": "3"})
    assert logins.as_dict() == {"mail.example": {"u": "1", "v": "2"}, "*": {"anyone": "3"}}
    assert logins.accepts("u", "1", "MAIL.example")
    assert logins.accepts("u", "1", None)
    assert logins.accepts("anyone", "3", "mail.example")
    assert not logins.accepts("u", "2", None)
    logins.merge({"mail.example": {"u": None}})
    assert not logins.accepts("u", "1", None)
    for wrong in ({"h": 1}, {"h": {"u": 1}}):
        with pytest.raises(ValueError, match="h"):
            logins.merge(wrong)
    logins.replace({"other.example": {"w": "4"}})
    assert logins.as_dict() == {"other.example": {"w": "4"}}


def test_the_resolve_map_never_leaves_loopback() -> None:
    resolve = ResolveMap({"Mail.Example:587": "127.0.0.1:1025"})
    assert resolve.find("mail.example", 587) == ("127.0.0.1", 1025)
    assert resolve.find("mail.example", 465) is None
    for wrong in ({"a:1": "192.0.2.1:25"}, {"a:1": "localhost:25"}, {"a": "127.0.0.1:25"}):
        with pytest.raises(ValueError, match="a"):
            resolve.merge(wrong)
