"""The mechanisms against the examples of their RFCs, and the choice of one."""

from __future__ import annotations

import base64

import pytest

from smtptui.probe.sasl import (
    MAX_ITERATIONS,
    CramMd5Mechanism,
    LoginMechanism,
    PlainMechanism,
    SaslError,
    ScramMechanism,
    ServerNotProvenError,
    XOAuth2Mechanism,
    choose_mechanism,
    decode_challenge,
)
from smtptui.secrets.secret import Secret

from ..canary import secret_text

SERVER_FIRST = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def rfc7677() -> ScramMechanism:
    """Section 3: user `user`, password `pencil`. The nonce there is no base64, so it is put in place."""
    scram = ScramMechanism("SCRAM-SHA-256", "user", Secret("pencil"))
    scram._nonce = "rOprNGfwEbeRWgbNEkqO"
    return scram


def test_scram_sha_256_as_in_rfc_7677() -> None:
    scram = rfc7677()
    assert scram.initial_response() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert scram.respond(SERVER_FIRST) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert scram.respond(SERVER_FINAL) == b""
    scram.verify_server()


def test_scram_sha_1_as_in_rfc_5802() -> None:
    scram = ScramMechanism("SCRAM-SHA-1", "user", Secret("pencil"))
    scram._nonce = "fyko+d2lbbFgONRv9qkxdawL"
    answer = scram.respond(b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096")
    assert answer.endswith(b"p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")
    scram.respond(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")
    scram.verify_server()


def test_a_server_that_does_not_know_the_password_is_detected() -> None:
    scram = rfc7677()
    scram.respond(SERVER_FIRST)
    with pytest.raises(ServerNotProvenError):
        scram.respond(b"v=" + base64.b64encode(b"x" * 32))
    skipped = rfc7677()
    skipped.respond(SERVER_FIRST)
    with pytest.raises(ServerNotProvenError):
        skipped.verify_server()


@pytest.mark.parametrize(
    "challenge",
    [
        b"",
        b"\xff",
        b"r=other,s=W22Z,i=4096",
        b"r=rOprNGfwEbeRWgbNEkqO,s=W22Z,i=4096",
        SERVER_FIRST.replace(b"i=4096", b"i=x"),
        SERVER_FIRST.replace(b"i=4096", b"i=0"),
        SERVER_FIRST.replace(b"i=4096", b"i=%d" % (MAX_ITERATIONS + 1)),
        SERVER_FIRST.replace(b"s=W22ZaJ0SNY7soEsUEjb6gQ==", b"s=%"),
        b"m=ext," + SERVER_FIRST,
    ],
)
def test_bad_scram_challenges_are_refused(challenge: bytes) -> None:
    with pytest.raises(SaslError):
        rfc7677().respond(challenge)


def test_scram_quotes_the_user_name() -> None:
    assert b"n=a=2Cb=3Dc," in ScramMechanism("SCRAM-SHA-1", "a,b=c", Secret("x")).initial_response()


def test_cram_md5_as_in_rfc_2195() -> None:
    mechanism = CramMd5Mechanism("tim", Secret("tanstaaftanstaaf"))
    challenge = b"<1896.697170952@postoffice.reston.mci.net>"
    assert mechanism.respond(challenge) == b"tim b913a602c7eda7a495b4e6e7334d3890"
    with pytest.raises(SaslError):
        mechanism.respond(challenge)


def test_plain_login_and_xoauth2() -> None:
    password = secret_text("ü")
    assert PlainMechanism("ü", Secret(password)).initial_response() == f"\0ü\0{password}".encode()
    login = LoginMechanism("u", Secret(password))
    assert [login.initial_response(), login.respond(b""), login.respond(b"")] == [
        None,
        b"u",
        password.encode(),
    ]
    with pytest.raises(SaslError):
        login.respond(b"")
    token = XOAuth2Mechanism("u@x.test", Secret(password))
    assert token.initial_response() == f"user=u@x.test\1auth=Bearer {password}\1\1".encode()
    assert token.respond(b'{"status":"400"}') == b""


@pytest.mark.parametrize(
    ("offered", "forced", "encrypted", "name"),
    [
        (("CRAM-MD5", "LOGIN", "PLAIN"), None, True, "PLAIN"),
        (("LOGIN", "XOAUTH2"), None, True, "LOGIN"),
        (("CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"), None, True, "SCRAM-SHA-256"),
        (("CRAM-MD5",), None, True, "CRAM-MD5"),
        (("PLAIN", "CRAM-MD5"), None, False, "CRAM-MD5"),
        (("PLAIN", "SCRAM-SHA-1", "CRAM-MD5"), None, False, "SCRAM-SHA-1"),
        (("PLAIN",), None, False, "PLAIN"),
        (("XOAUTH2",), None, True, None),
        (("GSSAPI",), None, True, None),
        (("PLAIN", "XOAUTH2"), "xoauth2", True, "XOAUTH2"),
        (("PLAIN",), "CRAM-MD5", True, None),
        (("NTLM",), "NTLM", True, None),
    ],
)
def test_one_mechanism_is_chosen_and_the_choice_explained(
    offered: tuple[str, ...], forced: str | None, encrypted: bool, name: str | None
) -> None:
    choice = choose_mechanism(offered, forced, encrypted=encrypted)
    assert choice.name == name
    assert choice.why


def test_text_in_place_of_a_challenge_counts_as_none() -> None:
    assert decode_challenge("go ahead, please") == b""
    assert decode_challenge("VXNlcm5hbWU6") == b"Username:"
