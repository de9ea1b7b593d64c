"""Conversion, local rules and error codes, without a network."""

from __future__ import annotations

from typing import Any

import pytest

from smtptui.model.change import Change, Clear, Draft, Keep, Set
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import (
    ConflictError,
    FeatureMissingError,
    ForbiddenError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    ProtocolBrokenError,
    RateLimitedError,
    SecretMissingError,
    SmtptuiError,
    UnsupportedError,
)
from smtptui.model.verification import Status
from smtptui.net.graphql import GraphQLError
from smtptui.net.response import Response
from smtptui.providers.pipefy import convert, errors, rules
from smtptui.secrets.secret import Secret
from tests.canary import secret_text

WIRE: dict[str, Any] = {
    "id": "f-1",
    "host": "smtp.example.com",
    "port": "587",
    "username": "apikey",
    "defaultSmtp": True,
    "organizationId": 42,
    "ipRelayAuth": False,
    "somethingNew": [1],
}
STORED = Credential(account="a", provider="pipefy", id="f-1", host="smtp.example.com", port=587)
SENDER = convert.Sender("s-1", "a@b.example", "A", "2026-01-01T00:00:00Z")


def draft(**values: Any) -> Draft:
    return Draft(
        {"host": "smtp.example.com", "port": 587, "username": "u", **values}, Secret(secret_text("draft"))
    )


def test_trap_port_as_string_at_pipefy() -> None:
    credential = convert.to_credential(WIRE, "acme")
    assert (credential.port, credential.security, credential.security_inferred) == (587, "starttls", True)
    body = convert.to_create(draft(), "42", default=False)
    assert body["port"] == 587 and isinstance(body["port"], int)


@pytest.mark.parametrize(
    ("wire", "port"),
    [("25", 25), (465, 465), (" 587 ", 587), ("", None), (None, None), ("x", None), ("0", None)],
)
def test_ports_are_parsed(wire: object, port: int | None) -> None:
    assert convert.parse_port(wire) == port


@pytest.mark.parametrize("wire", ["99999", "123456", True, "²", "-1", 5.5])
def test_an_invalid_port_is_unknown(wire: object) -> None:
    credential = convert.to_credential({"id": "x", "port": wire}, "acme")
    assert credential.port is None
    assert credential.native["port"] == str(wire)


def test_a_record_is_converted() -> None:
    credential = convert.to_credential(WIRE, "acme", SENDER)
    assert (credential.id, credential.default, credential.auth) == ("f-1", True, "password")
    assert credential.password is PasswordState.STORED
    assert (credential.from_email, credential.from_name) == ("a@b.example", "A")
    assert credential.native == {
        "organizationId": "42",
        "sender_id": "s-1",
        "sender_written_at": "2026-01-01T00:00:00Z",
    }
    assert credential.verification.provider.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("wire", "known", "auth", "password"),
    [
        ({"ipRelayAuth": True}, None, "none", PasswordState.ABSENT),
        ({"ipRelayAuth": False}, None, "password", PasswordState.STORED),
        ({"username": "u"}, None, "password", PasswordState.STORED),
        ({}, None, None, PasswordState.UNKNOWN),
        ({}, "none", "none", PasswordState.ABSENT),
    ],
)
def test_relay_or_login(wire: dict[str, Any], known: str | None, auth: str, password: PasswordState) -> None:
    credential = convert.to_credential({"id": "x", **wire}, "acme", auth=known)
    assert (credential.auth, credential.password) == (auth, password)


@pytest.mark.parametrize("record", [None, [], {}, {"id": None}, {"id": ""}])
def test_a_record_without_an_id_breaks_the_protocol(record: object) -> None:
    with pytest.raises(ProtocolBrokenError):
        convert.to_credential(record, "acme")


def test_trap_null_and_empty_password_at_pipefy() -> None:
    """Null keeps here, so Clear cannot be said; "" is not documented; Keep leaves the key out."""
    assert convert.to_update("f", Change({}, Keep())) == {"id": "f"}
    with pytest.raises(UnsupportedError) as raised:
        rules.check_change(Change({}, Clear()), STORED)
    assert raised.value.field == "password"
    with pytest.raises(InvalidFieldError):
        rules.check_change(Change({}, Set(Secret(""))), STORED)
    text = secret_text("new")
    assert convert.to_update("f", Change({}, Set(Secret(text)))) == {"id": "f", "password": text}


def test_a_promotion_is_not_part_of_an_update() -> None:
    assert convert.to_update("f", Change({"default": True, "host": "h"})) == {"id": "f", "host": "h"}
    assert convert.to_update("f", Change({"default": False})) == {"id": "f", "defaultSmtp": False}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"from_email": "x@y.example"}, "from_email"),
        ({"from_name": "X"}, "from_name"),
        ({"auth": "none"}, "auth"),
    ],
)
def test_trap_relay_and_sender_are_create_only(values: dict[str, Any], field: str) -> None:
    rules.check_draft(Draft({"host": "h.example", "port": 25, "auth": "none"}))
    rules.check_draft(draft(from_email="x@y.example", from_name="X"))
    with pytest.raises(UnsupportedError) as raised:
        rules.check_change(Change(values), STORED)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"from_email": "x@y.example"}, InvalidFieldError, "from_name"),
        ({"from_name": "X"}, InvalidFieldError, "from_email"),
        ({"auth": "none"}, InvalidFieldError, "username"),
        ({"auth": "none", "username": None}, InvalidFieldError, "password"),
        ({"auth": "oauth"}, UnsupportedError, "auth"),
        ({"username": None}, InvalidFieldError, "username"),
        ({"host": None}, InvalidFieldError, "host"),
        ({"port": 70000}, InvalidFieldError, "port"),
        ({"security": "tls"}, InvalidFieldError, "security"),
        ({"name": "x"}, UnsupportedError, "name"),
        ({"reply_to_email": "a@b.example"}, UnsupportedError, "reply_to_email"),
        ({"active": True}, UnsupportedError, "active"),
    ],
)
def test_refused_drafts(values: dict[str, Any], error: type[SmtptuiError], field: str) -> None:
    with pytest.raises(error) as raised:
        rules.check_draft(draft(**values))
    assert raised.value.field == field


def test_a_login_needs_a_password() -> None:
    with pytest.raises(SecretMissingError):
        rules.check_draft(Draft({"host": "h.example", "port": 25, "username": "u"}))


URL = "https://app.pipefy.example/graphql"
ANSWER = Response(200, {}, b"{}", URL)


@pytest.mark.parametrize(
    ("code", "message", "error", "field"),
    [
        ("UNAUTHORIZED", "no", LoginRefusedError, None),
        ("PERMISSION_DENIED", "no", ForbiddenError, None),
        ("INVALID_ROLE", "no", ForbiddenError, None),
        ("INVALID_INPUT", "no", InvalidFieldError, None),
        ("RECORD_INVALID", "Host is invalid", InvalidFieldError, None),
        ("RECORD_INVALID", "Default smtp has already been taken", ConflictError, "default"),
        ("RECORD_INVALID", "Email address has already been taken", InvalidFieldError, "from_email"),
        ("RESOURCE_NOT_FOUND", "no", NotFoundError, None),
        ("FEATURE_NOT_ALLOWED_BY_ORGANIZATION_PLAN", "no", FeatureMissingError, None),
        ("USAGE_LIMIT_EXCEEDED", "no", FeatureMissingError, None),
        ("missingRequiredInputObjectAttribute", "no", InvalidFieldError, None),
        ("undefinedField", "no", ProtocolBrokenError, None),
        ("SOMETHING_NEW", "no", ProtocolBrokenError, None),
        (None, "no", ProtocolBrokenError, None),
    ],
)
def test_error_codes(code: str | None, message: str, error: type[SmtptuiError], field: str | None) -> None:
    failure = errors.classify([GraphQLError(message, code, "corr-1")], ANSWER)
    assert type(failure) is error
    assert (failure.field, failure.code, failure.request_id) == (field, code, "corr-1")
    shaped = errors.parse_other_shapes(
        {"error": {"message": message, "details": {"code": code, "correlation_id": "corr-1"}}}, ANSWER
    )
    assert type(shaped) is error
    assert shaped.request_id == "corr-1"


@pytest.mark.parametrize(
    ("title", "status", "error"),
    [
        ("Unauthorized", 200, LoginRefusedError),
        ("Unauthorized", 401, LoginRefusedError),
        ("Forbidden", 200, ForbiddenError),
        ("Oddity", 200, ProtocolBrokenError),
        ("Oddity", 404, NotFoundError),
        (None, 429, RateLimitedError),
    ],
)
def test_errors_with_title_and_detail(title: str | None, status: int, error: type[SmtptuiError]) -> None:
    body = {"errors": [{"title": title, "detail": "d\x1b[2J"}]}
    failure = errors.parse_other_shapes(body, Response(status, {}, b"{}", URL))
    assert type(failure) is error
    assert "\x1b" not in failure.message


@pytest.mark.parametrize("body", [{}, {"errors": []}, {"errors": ["x"]}, {"error": "x"}, {"data": None}])
def test_other_bodies_are_not_errors_of_pipefy(body: dict[str, Any]) -> None:
    assert errors.parse_other_shapes(body, ANSWER) is None


def test_only_an_error_about_the_relay_field_alone_names_it() -> None:
    relay = GraphQLError("Field 'ipRelayAuth' doesn't exist on type 'SmtpConfiguration'", "undefinedField")
    assert errors.classify([relay], ANSWER).field == "auth"
    assert errors.classify([relay, GraphQLError("host too", "undefinedField")], ANSWER).field is None
