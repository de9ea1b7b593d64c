"""Exact requests to Digitanium, and what is known without reading it."""

from __future__ import annotations

import httpx
import pytest
import respx

from smtptui.model.capability import Consent
from smtptui.model.change import Change, Clear, Draft, Set, Value
from smtptui.model.credential import PasswordState
from smtptui.model.errors import (
    ConfigurationError,
    ConflictError,
    ConsentMissingError,
    InvalidFieldError,
    LoginRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    ReadOnlyError,
    SecretMissingError,
    SmtptuiError,
    UnsupportedError,
)
from smtptui.model.verification import UNKNOWN_OPINION, Opinion, Status
from smtptui.providers.digitanium.adapter import DigitaniumProvider
from smtptui.secrets.secret import Secret
from smtptui.testing.memory import DictMemory
from tests.canary import CANARY, secret_text
from tests.providers.digitanium.digitanium_double import (
    CONFIGURE,
    NOW,
    SHIFT,
    SSMS,
    TEST,
    TOKEN,
    accept_response,
    digitanium,
    list_row,
    sent_body,
    status_response,
)

PASSWORD = Secret(secret_text("idp"))
OVERWRITE = frozenset({Consent.OVERWRITE_UNKNOWN})
SEND_MAIL = frozenset({Consent.SEND_MAIL})
VALUES: dict[str, Value] = {
    "host": "smtp.example.org",
    "port": 587,
    "username": "u@example.org",
    "from_email": "f@example.org",
    "from_name": "=1+1",
    "reply_to_email": "r@example.org",
    "reply_to_name": "Ré",
    "envelope_from": "b@example.org",
}
DRAFT = Draft(VALUES, PASSWORD)
WIRE = {
    "host": "smtp.example.org",
    "from": "f@example.org",
    "port": "587",
    "ssl": "false",
    "starttls": "true",
    "user": "u@example.org",
    "password": PASSWORD.reveal(),
    "fromDisplayName": "=1+1",
    "replyTo": "r@example.org",
    "replyToDisplayName": "Ré",
    "envelopeFrom": "b@example.org",
}


async def write(adapter: DigitaniumProvider, draft: Draft = DRAFT) -> None:
    """Have the record of the draft written before the test begins."""
    respx.post(CONFIGURE).mock(return_value=accept_response())
    await adapter.create(draft, key="k", consents=OVERWRITE)
    respx.reset()


@respx.mock
async def test_trap_digitanium_is_written_as_a_whole_with_strings_on_the_wire() -> None:
    route = respx.post(CONFIGURE).mock(return_value=accept_response())
    created = await digitanium().create(DRAFT, key="k", consents=OVERWRITE)
    assert sent_body(route.calls.last) == WIRE
    assert all(isinstance(value, str) for value in sent_body(route.calls.last).values())
    request = route.calls.last.request
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert (created.id, created.security, created.auth) == ("tenant", "starttls", "password")
    assert created.password is PasswordState.STORED


@respx.mock
@pytest.mark.parametrize(
    ("variant", "base_url", "expected"),
    [
        ("ssms", None, (f"{SSMS}/config", f"{SSMS}/test")),
        ("shift", None, (f"{SHIFT}/setup", f"{SHIFT}/test")),
        (
            "ssms",
            "http://127.0.0.1:9/idp",
            (
                "http://127.0.0.1:9/idp/digitanium/v4/mail/config",
                "http://127.0.0.1:9/idp/digitanium/v4/mail/test",
            ),
        ),
        (
            "shift",
            "http://127.0.0.1:9/idp/",
            (
                "http://127.0.0.1:9/idp/auth/realms/acme/mail/setup",
                "http://127.0.0.1:9/idp/auth/realms/acme/mail/test",
            ),
        ),
    ],
)
async def test_trap_ssms_and_shift_answer_at_their_own_addresses(
    variant: str, base_url: str | None, expected: tuple[str, str]
) -> None:
    respx.post(url__regex=".*").mock(return_value=accept_response())
    adapter = digitanium(variant, base_url=base_url)
    created = await adapter.create(DRAFT, key="k", consents=OVERWRITE)
    await adapter.verify_stored(created, key="k", consents=SEND_MAIL)
    assert tuple(str(call.request.url) for call in respx.calls) == expected


@respx.mock
@pytest.mark.parametrize(
    ("values", "ssl", "starttls"),
    [
        ({"security": "tls"}, "true", "false"),
        ({"security": "starttls"}, "false", "true"),
        ({"security": "none"}, "false", "false"),
        ({"port": 465}, "true", "false"),
        ({"port": 2626}, "false", "true"),
    ],
)
async def test_trap_both_tls_flags_are_never_set(values: dict[str, object], ssl: str, starttls: str) -> None:
    route = respx.post(CONFIGURE).mock(return_value=accept_response())
    await digitanium().create(Draft({**VALUES, **values}, PASSWORD), key="k", consents=OVERWRITE)  # type: ignore[dict-item]
    body = sent_body(route.calls.last)
    assert (body["ssl"], body["starttls"]) == (ssl, starttls)


@respx.mock
async def test_a_relay_is_written_without_user_and_password() -> None:
    route = respx.post(CONFIGURE).mock(return_value=accept_response())
    adapter = digitanium()
    created = await adapter.create(
        Draft({"host": "relay.example", "from_email": "f@example.org", "auth": "none"}),
        key="k",
        consents=OVERWRITE,
    )
    assert sent_body(route.calls.last) == {
        "host": "relay.example",
        "from": "f@example.org",
        "ssl": "false",
        "starttls": "true",
    }
    assert (created.auth, created.password) == ("none", PasswordState.ABSENT)
    await adapter.update("tenant", Change({"port": 25}), current=created)
    assert sent_body(route.calls.last)["port"] == "25"


async def test_trap_nothing_known_is_one_row_and_no_error() -> None:
    present, end = await list_row(digitanium())
    assert present.id == "tenant"
    assert (present.host, present.port, present.username, present.default) == (None, None, None, None)
    assert present.password is PasswordState.UNKNOWN
    assert present.verification.provider == UNKNOWN_OPINION
    assert not end.complete and "not known" in end.note


@respx.mock
async def test_trap_digitanium_is_known_only_from_the_last_write_without_the_password() -> None:
    memory = DictMemory(lambda: NOW)
    await write(digitanium(memory=memory))
    present, end = await list_row(digitanium(memory=memory))
    assert not respx.calls
    assert {name: present.get(name) for name in VALUES} == VALUES
    assert (present.default, present.password) == (True, PasswordState.STORED)
    assert present.native["last_written_at"] == "2026-11-21T12:00:00Z"
    assert end.complete and "last written by smtptui" in end.note and "not read back" in end.note
    assert CANARY not in memory.text()


@respx.mock
async def test_another_tenant_under_the_same_name_inherits_nothing() -> None:
    memory = DictMemory()
    await write(digitanium(memory=memory))
    present, end = await list_row(digitanium("shift", memory=memory))
    assert present.host is None and not end.complete


@respx.mock
async def test_trap_a_write_over_an_unknown_record_needs_consent() -> None:
    adapter = digitanium()
    with pytest.raises(ConsentMissingError) as caught:
        await adapter.create(DRAFT, key="k")
    assert "--overwrite-unknown" in caught.value.hint
    present, _ = await list_row(adapter)
    with pytest.raises(ConsentMissingError) as caught:
        await adapter.update("tenant", Change({"port": 25}), current=present)
    assert "--overwrite-unknown" in caught.value.hint
    assert not respx.calls


@respx.mock
async def test_create_over_a_known_record_points_to_edit() -> None:
    adapter = digitanium()
    await write(adapter)
    with pytest.raises(ConflictError) as caught:
        await adapter.create(DRAFT, key="k", consents=OVERWRITE)
    assert "smtptui edit idp/tenant" in caught.value.hint
    assert not respx.calls


@respx.mock
async def test_trap_an_edit_needs_the_password_again() -> None:
    adapter = digitanium()
    await write(adapter)
    present, _ = await list_row(adapter)
    with pytest.raises(SecretMissingError):
        await adapter.update("tenant", Change({"port": 2525}), current=present)
    assert not respx.calls
    route = respx.post(CONFIGURE).mock(return_value=accept_response())
    change = Change({"port": 2525, "reply_to_name": None}, Set(PASSWORD))
    after = await adapter.update("tenant", change, current=present)
    expected = {**WIRE, "port": "2525"}
    del expected["replyToDisplayName"]
    assert sent_body(route.calls.last) == expected
    assert (after.port, after.reply_to_name) == (2525, None)


@respx.mock
async def test_a_login_becomes_a_relay_and_back() -> None:
    adapter = digitanium()
    await write(adapter)
    present, _ = await list_row(adapter)
    route = respx.post(CONFIGURE).mock(return_value=accept_response())
    relay = await adapter.update("tenant", Change({"auth": "none"}, Clear()), current=present)
    assert not {"user", "password"} & set(sent_body(route.calls.last))
    login = await adapter.update("tenant", Change({"username": "u2"}, Set(PASSWORD)), current=relay)
    assert (sent_body(route.calls.last)["user"], login.auth) == ("u2", "password")


@respx.mock
async def test_an_edit_of_an_outdated_row_is_a_conflict() -> None:
    memory = DictMemory()
    adapter = digitanium(memory=memory)
    await write(adapter)
    present, _ = await list_row(adapter)
    respx.post(CONFIGURE).mock(return_value=accept_response())
    await adapter.update("tenant", Change({"port": 25}, Set(PASSWORD)), current=present)
    with pytest.raises(ConflictError) as caught:
        await adapter.update("tenant", Change({"port": 26}, Set(PASSWORD)), current=present)
    assert caught.value.details == {
        "yours": {"port": 26, "password": "a new password"},
        "theirs": {"port": 25},
        "read": {"port": 587},
    }


@respx.mock
@pytest.mark.parametrize(
    ("draft", "error", "field"),
    [
        (Draft({"from_email": "f@example.org"}), InvalidFieldError, "host"),
        (Draft({"host": "h"}), InvalidFieldError, "from_email"),
        (Draft({**VALUES}), SecretMissingError, "password"),
        (Draft({**VALUES, "username": None}, PASSWORD), InvalidFieldError, "username"),
        (Draft({**VALUES, "auth": "none"}), InvalidFieldError, "username"),
        (Draft({**VALUES, "username": None, "auth": "none"}, PASSWORD), InvalidFieldError, "password"),
        (Draft({**VALUES, "auth": "oauth"}, PASSWORD), UnsupportedError, "auth"),
        (Draft({**VALUES, "default": False}, PASSWORD), UnsupportedError, "default"),
        (Draft({**VALUES, "name": "n"}, PASSWORD), UnsupportedError, "name"),
        (Draft({**VALUES, "active": True}, PASSWORD), UnsupportedError, "active"),
        (Draft({**VALUES, "port": 70000}, PASSWORD), InvalidFieldError, "port"),
        (Draft({**VALUES, "from_email": "f"}, PASSWORD), InvalidFieldError, "from_email"),
        (Draft({**VALUES}, Secret("")), InvalidFieldError, "password"),
        (Draft({**VALUES}, PASSWORD, {"x": 1}), UnsupportedError, "native.x"),
    ],
)
async def test_what_digitanium_would_refuse_is_refused_before_the_call(
    draft: Draft, error: type[SmtptuiError], field: str
) -> None:
    with pytest.raises(error) as caught:
        await digitanium().create(draft, key="k", consents=OVERWRITE)
    assert (type(caught.value), caught.value.field) == (error, field)
    assert not respx.calls


@respx.mock
async def test_trap_a_test_mail_needs_consent() -> None:
    adapter = digitanium()
    present, _ = await list_row(adapter)
    with pytest.raises(ConsentMissingError) as caught:
        await adapter.verify_stored(present, key="k")
    assert "--send-mail" in caught.value.hint and "token" in caught.value.message
    assert not respx.calls
    route = respx.post(TEST).mock(return_value=accept_response("Mail Sent Successfully to the user"))
    verified = await adapter.verify_stored(present, key="k", consents=SEND_MAIL)
    assert sent_body(route.calls.last) == {"mailType": "TEST"}
    assert (verified.opinion.status, verified.opinion.at) == (Status.VERIFIED, "2026-11-21T12:00:00Z")
    assert "not proven" in verified.opinion.detail
    assert adapter.account.memory.list_opinions("tenant") == (verified.opinion,)
    assert (await list_row(adapter))[0].verification.provider == verified.opinion


@respx.mock
async def test_a_write_invalidates_the_last_test_mail() -> None:
    adapter = digitanium()
    await write(adapter)
    present, _ = await list_row(adapter)
    respx.post(TEST).mock(return_value=accept_response())
    await adapter.verify_stored(present, key="k", consents=SEND_MAIL)
    respx.post(CONFIGURE).mock(return_value=accept_response())
    after = await adapter.update("tenant", Change(password=Set(PASSWORD)), current=present)
    assert after.verification.provider == UNKNOWN_OPINION


@respx.mock
async def test_a_mail_that_could_not_be_sent_is_a_failed_verification() -> None:
    adapter = digitanium()
    present, _ = await list_row(adapter)
    respx.post(TEST).mock(return_value=status_response(500, "INTERNAL_SERVER_ERROR", "535 refused"))
    verified = await adapter.verify_stored(present, key="k", consents=SEND_MAIL)
    assert verified.opinion == Opinion(
        Status.FAILED, "2026-11-21T12:00:00Z", "the platform could not send its test mail: 535 refused"
    )


@respx.mock
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status_response(404, "USER_NOT_FOUND", "User not found"), NotFoundError),
        (status_response(401, "Unauthorized", "Unauthorized"), LoginRefusedError),
        (httpx.Response(502, text="<html>bad gateway</html>"), OutcomeUnknownError),
        (httpx.Response(500, text="<html>oops</html>"), OutcomeUnknownError),
        (status_response(500, "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR"), OutcomeUnknownError),
        (httpx.Response(200, text="<html>hello</html>"), OutcomeUnknownError),
        (httpx.Response(200, json={}), OutcomeUnknownError),
    ],
)
async def test_a_test_response_that_says_nothing_of_the_mail_server_is_an_error(
    answer: httpx.Response, error: type[SmtptuiError]
) -> None:
    adapter = digitanium()
    present, _ = await list_row(adapter)
    route = respx.post(TEST).mock(return_value=answer)
    with pytest.raises(error) as caught:
        await adapter.verify_stored(present, key="k", consents=SEND_MAIL)
    assert type(caught.value) is error
    assert route.call_count == 1
    assert adapter.account.memory.list_opinions("tenant") == ()
    if error is NotFoundError:
        assert "No mail was sent" in caught.value.hint


@respx.mock
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status_response(400, "BAD_REQUEST", "Host and From is mandatory"), InvalidFieldError),
        (status_response(200, "BAD_REQUEST", "Host and From is mandatory"), InvalidFieldError),
        (status_response(401, "Unauthorized", "Unauthorized"), LoginRefusedError),
    ],
)
async def test_a_refused_write_leaves_no_trace(answer: httpx.Response, error: type[SmtptuiError]) -> None:
    adapter = digitanium()
    respx.post(CONFIGURE).mock(return_value=answer)
    with pytest.raises(error):
        await adapter.create(DRAFT, key="k", consents=OVERWRITE)
    assert (await list_row(adapter))[0].host is None
    assert adapter.list_unfinished() == ()


@respx.mock
@pytest.mark.parametrize(
    "lost",
    [
        httpx.ReadError("lost"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"status": "MAYBE"}),
        httpx.Response(503, text="down"),
    ],
    ids=["lost", "html", "another word", "503"],
)
async def test_a_write_without_a_response_is_reported_until_it_is_settled(
    lost: httpx.Response | Exception,
) -> None:
    adapter = digitanium()
    await write(adapter)
    present, _ = await list_row(adapter)
    route = respx.post(CONFIGURE).mock(side_effect=[lost, accept_response()])
    change = Change({"host": "new.example"}, Set(PASSWORD))
    with pytest.raises(OutcomeUnknownError):
        await adapter.update("tenant", change, current=present)
    assert route.call_count == 1
    now, end = await list_row(adapter)
    assert now.host == "smtp.example.org"
    assert not end.complete and "new.example" in end.note
    assert "not read back. A write of" in end.note
    assert "new.example" in adapter.list_unfinished()[0]
    await adapter.update("tenant", change, current=now)
    assert adapter.list_unfinished() == ()
    assert (await list_row(adapter))[0].host == "new.example"


@respx.mock
async def test_read_only_mode_writes_nothing_and_sends_no_mail() -> None:
    adapter = digitanium(read_only=True)
    present, _ = await list_row(adapter)
    with pytest.raises(ReadOnlyError):
        await adapter.create(DRAFT, key="k", consents=OVERWRITE)
    with pytest.raises(ReadOnlyError):
        await adapter.verify_stored(present, key="k", consents=SEND_MAIL)
    assert not respx.calls and adapter.list_unfinished() == ()


@respx.mock
async def test_plain_http_is_refused_off_loopback() -> None:
    with pytest.raises(ConfigurationError):
        await digitanium(base_url="http://idp.example").create(DRAFT, key="k", consents=OVERWRITE)
    assert not respx.calls


async def test_an_invalid_host_name_is_reported() -> None:
    from smtptui.providers.digitanium import SPEC
    from smtptui.testing.account import make_account

    account = make_account(
        SPEC, {"variant": "shift", "tenant_id": "a", "hostname": "https://idp.example/x", "token": TOKEN}
    )
    with pytest.raises(ConfigurationError):
        await DigitaniumProvider(account).create(DRAFT, key="k", consents=OVERWRITE)


@respx.mock
async def test_check_proves_the_client_credentials() -> None:
    login = {"client_id": "me", "client_secret": secret_text("client")}
    address = "https://acme.idp.example/auth/realms/acme/protocol/openid-connect/token"
    route = respx.post(address).mock(
        return_value=httpx.Response(200, json={"access_token": TOKEN, "expires_in": 300})
    )
    assert "accepted" in (await digitanium(login=login).check()).login
    assert route.call_count == 1
    respx.post(address).mock(return_value=httpx.Response(401, json={"error": "invalid_client"}))
    with pytest.raises(LoginRefusedError):
        await digitanium(login=login).check()
    assert "not tried" in (await digitanium().check()).login


async def test_a_missing_login_names_the_settings() -> None:
    with pytest.raises(ConfigurationError) as caught:
        await digitanium(login={}).check()
    assert "client_id" in caught.value.message


@respx.mock
async def test_another_id_is_not_found() -> None:
    adapter = digitanium()
    present, _ = await list_row(adapter)
    with pytest.raises(NotFoundError):
        await adapter.update("other", Change({"port": 1}), current=present)
