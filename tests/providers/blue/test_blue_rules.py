"""Conversion, local rules and error codes, without a network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smtptui.model.change import Change, Clear, Draft, Keep, Set
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import (
    ConfigurationError,
    FeatureMissingError,
    ForbiddenError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    ProtocolBrokenError,
    RateLimitedError,
    ReservedValueError,
    SecretMissingError,
    SmtptuiError,
    UnavailableError,
    UnsupportedError,
    UsageError,
)
from smtptui.model.verification import Status
from smtptui.net.graphql import GraphQLError
from smtptui.net.response import Response
from smtptui.providers.blue import convert, errors, rules
from smtptui.secrets.secret import Secret
from tests.canary import secret_text

WIRE: dict[str, Any] = {
    "id": "c1",
    "uid": "u-1",
    "host": "smtp.example.com",
    "port": 465,
    "username": "apikey",
    "senderName": "Acme",
    "senderEmail": "a@acme.example",
    "verifiedAt": "2026-01-02T03:04:05.678Z",
    "createdAt": "2025-01-02T03:04:05.678Z",
    "updatedAt": "2026-01-02T03:04:05.678Z",
    "somethingNew": {"kept": "out"},
}
STORED = Credential(account="a", provider="blue", id="c1", host="smtp.example.com", port=587)


def draft(**values: Any) -> Draft:
    return Draft(
        {"host": "smtp.example.com", "port": 587, "username": "u", **values}, Secret(secret_text("draft"))
    )


def test_a_record_is_converted() -> None:
    credential = convert.to_credential(WIRE, "acme")
    assert (credential.id, credential.native) == ("c1", {"uid": "u-1"})
    assert (credential.security, credential.security_inferred) == ("tls", True)
    assert credential.password is PasswordState.READABLE
    assert credential.verification.provider.status is Status.VERIFIED
    assert credential.verification.provider.at == "2026-01-02T03:04:05.678Z"
    assert (credential.default, credential.active, credential.name) == (None, None, None)


def test_trap_no_stamp_means_failed_at_an_unknown_time() -> None:
    opinion = convert.to_credential({**WIRE, "verifiedAt": None}, "acme").verification.provider
    assert (opinion.status, opinion.at) == (Status.FAILED, None)


@pytest.mark.parametrize("record", [None, [], {}, {"id": None}, {"id": ""}, {"id": 7}])
def test_a_record_without_an_id_breaks_the_protocol(record: object) -> None:
    with pytest.raises(ProtocolBrokenError):
        convert.to_credential(record, "acme")


def test_nulls_and_wrong_types_are_unknown() -> None:
    credential = convert.to_credential({"id": "x", "port": True, "host": 7, "verifiedAt": "soon"}, "acme")
    assert (credential.port, credential.host, credential.security) == (None, None, None)
    assert credential.verification.provider.status is Status.UNKNOWN


def test_trap_null_and_empty_password_at_blue() -> None:
    """Keep leaves the key out, Clear sends null, "" (which would clear) is never sent."""
    assert convert.to_update("c1", Change({}, Keep())) == {"id": "c1"}
    assert convert.to_update("c1", Change({}, Clear())) == {"id": "c1", "password": None}
    text = secret_text("new")
    assert convert.to_update("c1", Change({}, Set(Secret(text)))) == {"id": "c1", "password": text}
    with pytest.raises(InvalidFieldError) as raised:
        rules.check_change(Change({}, Set(Secret(""))), STORED)
    assert raised.value.field == "password"


def test_an_update_contains_changed_fields_only() -> None:
    change = rules.check_change(Change({"from_name": None, "port": 2525, "security": "starttls"}), STORED)
    assert convert.to_update("c1", change) == {"id": "c1", "senderName": None, "port": 2525}


@pytest.mark.parametrize("name", ["blue", "BLUE", " Blue "])
def test_reserved_name(name: str) -> None:
    with pytest.raises(ReservedValueError) as raised:
        rules.check_draft(draft(from_name=name, from_email="a@b.example"))
    assert raised.value.field == "from_name"


@pytest.mark.parametrize("email", ["a@blue.cc", "a@BLUE.CC", "a@blue.cc.example"])
def test_reserved_address(email: str) -> None:
    with pytest.raises(ReservedValueError) as raised:
        rules.check_change(Change({"from_email": email}), STORED)
    assert raised.value.field == "from_email"


def test_names_that_only_contain_the_reserved_one_are_allowed() -> None:
    rules.check_draft(draft(from_name="Blue Team", from_email="blue@bluecc.example"))


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"host": None}, InvalidFieldError, "host"),
        ({"port": None}, InvalidFieldError, "port"),
        ({"username": ""}, InvalidFieldError, "username"),
        ({"port": 0}, InvalidFieldError, "port"),
        ({"port": 70000}, InvalidFieldError, "port"),
        ({"host": "two words"}, InvalidFieldError, "host"),
        ({"username": "a\nb"}, InvalidFieldError, "username"),
        ({"from_email": "nobody"}, InvalidFieldError, "from_email"),
        ({"security": "tls"}, InvalidFieldError, "security"),
        ({"security": "none"}, InvalidFieldError, "security"),
        ({"port": 2526, "security": "starttls"}, InvalidFieldError, "security"),
        ({"name": "x"}, UnsupportedError, "name"),
        ({"reply_to_email": "a@b.example"}, UnsupportedError, "reply_to_email"),
        ({"envelope_from": "a@b.example"}, UnsupportedError, "envelope_from"),
        ({"default": True}, UnsupportedError, "default"),
        ({"active": True}, UnsupportedError, "active"),
        ({"auth": "none"}, UnsupportedError, "auth"),
        ({"uid": "x"}, UsageError, "uid"),
    ],
)
def test_refused_drafts(values: dict[str, Any], error: type[SmtptuiError], field: str) -> None:
    with pytest.raises(error) as raised:
        rules.check_draft(draft(**values))
    assert raised.value.field == field


def test_a_draft_needs_a_password() -> None:
    with pytest.raises(SecretMissingError):
        rules.check_draft(Draft({"host": "h.example", "port": 25, "username": "u"}))


def test_fields_without_a_value_are_not_sent() -> None:
    admitted = rules.check_draft(draft(name=None, reply_to_email="", auth="password", security="starttls"))
    body = convert.to_create(admitted, "acme")
    assert set(body) == {"companyId", "host", "port", "username", "password"}


@pytest.mark.parametrize("name", ["host", "port", "username"])
def test_required_fields_cannot_be_cleared(name: str) -> None:
    with pytest.raises(InvalidFieldError):
        rules.check_change(Change({name: None}), STORED)


def test_native_fields_cannot_be_set() -> None:
    with pytest.raises(UnsupportedError) as raised:
        rules.check_change(Change(native={"uid": "x"}), STORED)
    assert raised.value.field == "native.uid"


ANSWER = Response(200, {}, b"{}", "https://api.blue.example/graphql")


@pytest.mark.parametrize(
    ("code", "error", "field"),
    [
        ("UNAUTHENTICATED", LoginRefusedError, None),
        ("FORBIDDEN", ForbiddenError, None),
        ("PRO_REQUIRED", FeatureMissingError, None),
        ("SMTP_CREDENTIAL_NOT_FOUND", NotFoundError, None),
        ("SMTP_CREDENTIAL_RESERVED_SENDER_NAME", ReservedValueError, "from_name"),
        ("SMTP_CREDENTIAL_RESERVED_SENDER_EMAIL", ReservedValueError, "from_email"),
        ("COMPANY_NOT_FOUND", ConfigurationError, None),
        ("GRAPHQL_PARSE_FAILED", ProtocolBrokenError, None),
        ("GRAPHQL_VALIDATION_FAILED", ProtocolBrokenError, None),
        ("BAD_USER_INPUT", InvalidFieldError, None),
        ("INTERNAL_SERVER_ERROR", UnavailableError, None),
        ("TOO_MANY_REQUESTS", RateLimitedError, None),
        ("SOMETHING_NEW", ProtocolBrokenError, None),
        (None, ProtocolBrokenError, None),
    ],
)
def test_error_codes(code: str | None, error: type[SmtptuiError], field: str | None) -> None:
    failure = errors.classify([GraphQLError("no \x1b[31m way", code)], ANSWER)
    assert type(failure) is error
    assert (failure.field, failure.code) == (field, code)
    assert "\x1b" not in failure.message


def test_every_documented_code_has_a_row() -> None:
    assert set(errors.MEANINGS) >= {"UNAUTHENTICATED", "PRO_REQUIRED", "INTERNAL_SERVER_ERROR"}


def test_a_rate_limit_inside_a_graphql_error() -> None:
    inner = {"http": {"status": 429, "headers": {"Retry-After": "7"}}}
    failure = errors.classify([GraphQLError("slow down", None, extensions=inner)], ANSWER)
    assert isinstance(failure, RateLimitedError)
    assert failure.retry_after == 7


def test_a_known_code_decides_over_an_unknown_one() -> None:
    failure = errors.classify([GraphQLError("x", "NEW"), GraphQLError("y", "FORBIDDEN")], ANSWER)
    assert isinstance(failure, ForbiddenError)


def test_capabilities_are_json() -> None:
    from smtptui.providers.blue import SPEC

    assert json.loads(json.dumps(SPEC.capabilities.to_json()))["verify_writes"] is True
