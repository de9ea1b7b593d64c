"""Exact requests to Sendmux, call by call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from smtptui.model.capability import ProviderOperation
from smtptui.model.change import Change, Clear, Draft, Set
from smtptui.model.credential import PasswordState
from smtptui.model.errors import (
    ConflictError,
    ForbiddenError,
    InvalidFieldError,
    NotFoundError,
    OutcomeUnknownError,
    ProtocolBrokenError,
    RemoteState,
    SmtptuiError,
    StoppedError,
    UnsupportedError,
    UsageError,
)
from smtptui.model.json_value import Json
from smtptui.model.verification import Opinion, Status
from smtptui.net.cancellation import cancellable
from smtptui.providers.base import ListingEnd, Page
from smtptui.providers.sendmux.adapter import SendmuxProvider
from smtptui.secrets.secret import Secret
from tests.canary import secret_text
from tests.providers.sendmux.sendmux_double import (
    BASE,
    ID,
    KEY,
    URL,
    error_response,
    get_stored,
    page_response,
    record,
    record_response,
    sendmux,
    sent_body,
)

PASSWORD = Secret(secret_text("sendmux"))
DRAFT = Draft(
    {"host": "smtp.example.org", "port": 465, "username": "u@example.org", "from_email": "f@example.org"},
    PASSWORD,
)


async def listing(adapter: SendmuxProvider) -> tuple[list[str], ListingEnd]:
    ids: list[str] = []
    end = None
    async for item in adapter.list():
        if isinstance(item, Page):
            ids += [credential.id for credential in item.credentials]
        else:
            end = item
    assert end is not None
    return ids, end


@respx.mock
async def test_list_follows_cursors_with_the_largest_page() -> None:
    route = respx.get(f"{BASE}/providers").mock(
        side_effect=[page_response(record(id="a"), cursor="c1"), page_response(record(id="b"))]
    )
    assert await listing(sendmux()) == (["a", "b"], ListingEnd(True))
    first, second = (call.request for call in route.calls)
    assert dict(first.url.params) == {"limit": "100"}
    assert dict(second.url.params) == {"limit": "100", "cursor": "c1"}
    assert first.headers["authorization"] == f"Bearer {KEY}"


@respx.mock
@pytest.mark.parametrize(
    "pages",
    [
        [page_response(record(id="a"), cursor="c"), page_response(record(id="b"), cursor="c")],
        [page_response(record(id="a"), cursor="c"), page_response(record(id="a"))],
        [page_response(record(id="a"), more=True)],
        [page_response(cursor="c")],
    ],
    ids=["cursor repeated", "id repeated", "no cursor", "empty page"],
)
async def test_trap_a_listing_that_does_not_add_up_is_incomplete_and_ends(
    pages: list[httpx.Response],
) -> None:
    respx.get(f"{BASE}/providers").mock(side_effect=pages)
    ids, end = await listing(sendmux())
    assert not end.complete and end.note
    assert len(ids) == len(set(ids))


@respx.mock
async def test_list_of_another_shape_is_broken() -> None:
    respx.get(f"{BASE}/providers").mock(return_value=httpx.Response(200, json={"ok": True, "data": {}}))
    with pytest.raises(ProtocolBrokenError):
        await listing(sendmux())


@respx.mock
async def test_create_sends_the_required_fields_and_the_idempotency_key() -> None:
    route = respx.post(f"{BASE}/providers").mock(return_value=record_response(http=201))
    created = await sendmux().create(DRAFT, key="key-1")
    assert route.calls.last.request.headers["idempotency-key"] == "key-1"
    assert sent_body(route.calls.last) == {
        "name": "u@example.org",
        "smtp_host": "smtp.example.org",
        "smtp_port": 465,
        "smtp_protocol": "ssl",
        "smtp_username": "u@example.org",
        "smtp_password": PASSWORD.reveal(),
        "from_email": "f@example.org",
    }
    assert (created.id, created.version) == (ID, 'W/"one"')


@respx.mock
async def test_trap_a_lost_create_is_sent_again_with_the_same_key() -> None:
    route = respx.post(f"{BASE}/providers").mock(
        side_effect=[
            httpx.ReadError("lost"),
            error_response(503, "service_unavailable", retryable=True),
            record_response(),
        ]
    )
    await sendmux().create(DRAFT, key="key-1")
    assert [call.request.headers["idempotency-key"] for call in route.calls] == ["key-1"] * 3
    assert len({call.request.content for call in route.calls}) == 1


@respx.mock
async def test_create_round_trips_native_fields_and_leaves_empty_quotas_out() -> None:
    route = respx.post(f"{BASE}/providers").mock(return_value=record_response())
    native: dict[str, Json] = {
        "quotas": {"per_second": {"min": 1, "max": 2}, "per_day": None},
        "percentage": 40,
        "tracking_domain": None,
        "variables": {"team": "ü"},
    }
    await sendmux().create(Draft(DRAFT.values, PASSWORD, native), key="k")
    body = sent_body(route.calls.last)
    assert body["quotas"] == {"per_second": {"min": 1, "max": 2}}
    assert (body["percentage"], body["variables"]) == (40, {"team": "ü"})
    assert "tracking_domain" not in body


@respx.mock
async def test_create_inactive_deactivates_afterwards() -> None:
    respx.post(f"{BASE}/providers").mock(return_value=record_response())
    off = respx.post(f"{URL}/deactivate").mock(return_value=record_response(is_active=False))
    created = await sendmux().create(Draft({**DRAFT.values, "active": False}, PASSWORD), key="k")
    assert created.active is False
    assert off.calls.last.request.headers["idempotency-key"] == "k:active"


@respx.mock
async def test_created_but_not_deactivated_is_partly_done() -> None:
    respx.post(f"{BASE}/providers").mock(return_value=record_response())
    respx.post(f"{URL}/deactivate").mock(return_value=error_response(403, "insufficient_permissions"))
    with pytest.raises(ForbiddenError) as caught:
        await sendmux().create(Draft({**DRAFT.values, "active": False}, PASSWORD), key="k")
    assert (caught.value.outcome, caught.value.id) == (RemoteState.PARTLY_DONE, ID)


@respx.mock
async def test_update_sends_changed_fields_only_against_the_version_read() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    route = respx.patch(URL).mock(return_value=record_response('W/"two"', from_name=None))
    after = await adapter.update(ID, Change({"from_name": None, "port": 2525}), current=current)
    assert sent_body(route.calls.last) == {"from_name": None, "smtp_port": 2525}
    assert route.calls.last.request.headers["if-match"] == 'W/"one"'
    assert after.version == 'W/"two"'
    assert len(respx.calls) == 1


@respx.mock
async def test_update_of_a_listed_record_reads_it_first() -> None:
    adapter = sendmux()
    respx.get(f"{BASE}/providers").mock(return_value=page_response(record()))
    listed = await anext(adapter.list())
    assert isinstance(listed, Page)
    (current,) = listed.credentials
    assert current.version is None
    respx.get(URL).mock(return_value=record_response('W/"seven"'))
    route = respx.patch(URL).mock(return_value=record_response('W/"eight"'))
    await adapter.update(ID, Change({"name": "New"}), current=current)
    assert route.calls.last.request.headers["if-match"] == 'W/"seven"'


@respx.mock
async def test_update_of_a_listed_record_that_changed_is_refused() -> None:
    adapter = sendmux()
    respx.get(f"{BASE}/providers").mock(return_value=page_response(record()))
    listed = await anext(adapter.list())
    assert isinstance(listed, Page)
    respx.get(URL).mock(return_value=record_response(smtp_host="other.example"))
    with pytest.raises(ConflictError):
        await adapter.update(ID, Change({"name": "New"}), current=listed.credentials[0])
    assert not any(call.request.method == "PATCH" for call in respx.calls)


@respx.mock
async def test_trap_sendmux_if_match_409_shows_both_versions_and_loses_neither() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    route = respx.patch(URL).mock(return_value=error_response(409, "conflict"))
    respx.get(URL).mock(return_value=record_response('W/"two"', from_name="Theirs", reply_to_name="New"))
    change = Change({"from_name": "Yours"}, Set(PASSWORD))
    with pytest.raises(ConflictError) as caught:
        await adapter.update(ID, change, current=current)
    assert caught.value.details == {
        "yours": {"from_name": "Yours", "password": "a new password"},
        "theirs": {"from_name": "Theirs", "password": "stored", "reply_to_name": "New"},
        "read": {"from_name": "Acme EU", "password": "stored", "reply_to_name": None},
    }
    assert (caught.value.outcome, caught.value.request_id) == (RemoteState.NOTHING_DONE, "req_9")
    assert route.call_count == 1


@respx.mock
async def test_trap_an_etag_outdated_by_a_test_alone_is_no_conflict() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    route = respx.patch(URL).mock(side_effect=[error_response(409, "conflict"), record_response('W/"three"')])
    respx.get(URL).mock(
        return_value=record_response('W/"two"', last_tested_at="2026-11-21T11:00:00Z", status="error")
    )
    await adapter.update(ID, Change({"name": "New"}), current=current)
    assert [call.request.headers["if-match"] for call in route.calls] == ['W/"one"', 'W/"two"']


@respx.mock
async def test_an_etag_that_never_settles_ends_in_a_conflict() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    route = respx.patch(URL).mock(return_value=error_response(409, "conflict"))
    respx.get(URL).mock(return_value=record_response())
    with pytest.raises(ConflictError):
        await adapter.update(ID, Change({"name": "New"}), current=current)
    assert route.call_count == 3


@respx.mock
async def test_the_password_is_on_the_wire_only_when_set() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    route = respx.patch(URL).mock(return_value=record_response())
    await adapter.update(ID, Change({"name": "New"}), current=current)
    await adapter.update(ID, Change(password=Set(PASSWORD)), current=current)
    assert [sent_body(call) for call in route.calls] == [
        {"name": "New"},
        {"smtp_password": PASSWORD.reveal()},
    ]


@respx.mock
async def test_trap_the_ambiguous_tls_word_is_kept_by_an_edit_of_other_fields() -> None:
    adapter = sendmux()
    current = await get_stored(adapter, smtp_protocol="tls", smtp_port=465)
    assert (current.security, current.security_inferred) == ("tls", True)
    assert current.native["smtp_protocol"] == "tls"
    route = respx.patch(URL).mock(return_value=record_response(smtp_protocol="tls", smtp_port=587))
    after = await adapter.update(ID, Change({"port": 587}), current=current)
    assert sent_body(route.calls.last) == {"smtp_port": 587}
    assert (after.security, after.security_inferred) == ("starttls", True)


@respx.mock
async def test_an_edit_of_active_uses_its_own_call() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    patch = respx.patch(URL).mock(return_value=record_response('W/"two"'))
    off = respx.post(f"{URL}/deactivate").mock(
        return_value=httpx.Response(200, json={"ok": True, "data": {}})
    )
    respx.get(URL).mock(return_value=record_response('W/"three"', is_active=False))
    after = await adapter.update(ID, Change({"active": False, "name": "New"}), current=current)
    assert sent_body(patch.calls.last) == {"name": "New"}
    assert off.calls.last.request.headers["idempotency-key"]
    assert (after.active, after.version) == (False, 'W/"three"')


@respx.mock
async def test_set_active_does_nothing_if_already_so() -> None:
    respx.get(URL).mock(return_value=record_response())
    assert (await sendmux().set_active(ID, True, key="k")).active is True
    assert [call.request.method for call in respx.calls] == ["GET"]


@respx.mock
async def test_set_active_sends_its_key() -> None:
    respx.get(URL).mock(return_value=record_response())
    route = respx.post(f"{URL}/deactivate").mock(return_value=record_response(is_active=False))
    assert (await sendmux().set_active(ID, False, key="k")).active is False
    assert route.calls.last.request.headers["idempotency-key"] == "k"


@respx.mock
async def test_delete_checks_that_the_record_is_unchanged() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    asked = respx.get(URL).mock(return_value=httpx.Response(304, headers={"ETag": 'W/"one"'}))
    route = respx.delete(URL).mock(
        return_value=httpx.Response(200, json={"ok": True, "data": {"id": ID, "deleted": True}})
    )
    assert (await adapter.delete(ID, current=current)).note == ""
    assert asked.calls.last.request.headers["if-none-match"] == 'W/"one"'
    assert route.calls.last.request.headers["if-match"] == 'W/"one"'


@respx.mock
async def test_delete_of_a_record_that_changed_is_refused() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    respx.get(URL).mock(return_value=record_response('W/"two"', smtp_username="other"))
    with pytest.raises(ConflictError):
        await adapter.delete(ID, current=current)
    assert [call.request.method for call in respx.calls] == ["GET"]


@respx.mock
async def test_a_deletion_that_is_not_confirmed_is_unknown() -> None:
    respx.get(URL).mock(return_value=record_response())
    respx.delete(URL).mock(return_value=httpx.Response(200, json={"ok": True, "data": {"id": ID}}))
    with pytest.raises(OutcomeUnknownError):
        await sendmux().delete(ID)


@respx.mock
async def test_an_unexpected_304_breaks_the_protocol() -> None:
    respx.get(URL).mock(return_value=httpx.Response(304))
    with pytest.raises(ProtocolBrokenError):
        await sendmux().get(ID)


@respx.mock
@pytest.mark.parametrize(("success", "status"), [(True, Status.VERIFIED), (False, Status.FAILED)])
async def test_a_test_is_recorded_with_its_time(success: bool, status: Status) -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    result = {
        "success": success,
        "message": "\x1b[31mhi",
        "latency_ms": 7,
        "tested_at": "2026-11-21T11:00:00Z",
    }
    route = respx.post(f"{URL}/test").mock(
        return_value=httpx.Response(200, json={"ok": True, "data": result})
    )
    respx.get(URL).mock(return_value=record_response('W/"two"', last_tested_at="2026-11-21T11:00:00.000Z"))
    verified = await adapter.verify_stored(current, key="k")
    assert route.calls.last.request.headers["idempotency-key"] == "k"
    assert verified.opinion == Opinion(status, "2026-11-21T11:00:00Z", "␛[31mhi")
    assert adapter.account.memory.list_opinions(ID) == (verified.opinion,)
    assert verified.credential is not None
    assert verified.credential.verification.provider == verified.opinion
    assert (await adapter.get(ID)).verification.provider == verified.opinion


USED_UP = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "50"}


def stopped_in_a_wait(adapter: SendmuxProvider) -> Callable[[], bool]:
    """Stop as soon as the adapter has to wait."""
    waits: list[float] = []

    async def wait_forever(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.Event().wait()

    adapter.account.session()._sleep = wait_forever
    return lambda: bool(waits)


@respx.mock
async def test_a_stop_does_not_wait_for_the_read_after_a_test() -> None:
    current = await get_stored(sendmux())
    adapter = sendmux()
    stopped = stopped_in_a_wait(adapter)
    result = {"success": True, "message": "hi", "tested_at": "2026-11-21T11:00:00.000Z"}
    respx.post(f"{URL}/test").mock(
        return_value=httpx.Response(200, json={"ok": True, "data": result}, headers=USED_UP)
    )
    look = respx.get(URL).mock(return_value=record_response())
    with cancellable(stopped):
        verified = await asyncio.wait_for(adapter.verify_stored(current, key="k"), 30)
    assert stopped() and not look.called
    assert (verified.opinion.status, verified.credential) == (Status.VERIFIED, None)
    assert adapter.account.memory.list_opinions(ID) == (verified.opinion,)


@respx.mock
async def test_a_stop_after_an_activation_reports_it_as_done() -> None:
    current = await get_stored(sendmux(), is_active=False)
    adapter = sendmux()
    stopped = stopped_in_a_wait(adapter)
    respx.get(URL).mock(return_value=record_response(is_active=False))
    respx.post(f"{URL}/activate").mock(return_value=httpx.Response(200, json={"ok": True}, headers=USED_UP))
    with pytest.raises(StoppedError) as error, cancellable(stopped):
        await asyncio.wait_for(adapter.update(ID, Change({"active": True}), current=current), 30)
    assert (stopped(), error.value.outcome) == (True, RemoteState.DONE)


@respx.mock
async def test_a_test_without_a_result_is_unknown() -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    respx.post(f"{URL}/test").mock(return_value=httpx.Response(200, json={"ok": True, "data": {}}))
    with pytest.raises(OutcomeUnknownError):
        await adapter.verify_stored(current, key="k")


SHARED = {"type": "amazon_ses", "is_shared": True}
OAUTH = {"type": "gmail_api", "smtp_host": None, "smtp_port": None, "smtp_protocol": None}


@respx.mock
@pytest.mark.parametrize(
    ("kind", "auth"), [(SHARED, None), (OAUTH, "oauth"), ({"is_editable": False}, "password")]
)
async def test_trap_shared_and_oauth_accounts_are_shown_but_not_editable(
    kind: dict[str, Any], auth: str | None
) -> None:
    adapter = sendmux()
    current = await get_stored(adapter, **kind)
    assert (current.editable, current.auth) == (False, auth)
    assert current.native["not_editable_because"]
    with pytest.raises(ForbiddenError):
        await adapter.update(ID, Change({"name": "x"}), current=current)
    with pytest.raises(ForbiddenError):
        await adapter.delete(ID, current=current)
    with pytest.raises(ForbiddenError if auth == "password" else UnsupportedError):
        await adapter.verify_stored(current, key="k")
    assert not respx.calls
    respx.get(URL).mock(return_value=record_response(**kind))
    with pytest.raises(ForbiddenError):
        await adapter.set_active(ID, False, key="k")


@respx.mock
async def test_allowed_actions_are_respected_and_unknown_ones_tolerated() -> None:
    adapter = sendmux()
    current = await get_stored(adapter, allowed_actions={"update": True, "delete": False, "levitate": True})
    assert current.editable
    with pytest.raises(ForbiddenError):
        await adapter.delete(ID, current=current)
    assert not respx.calls


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (Change(password=Clear()), UnsupportedError),
        (Change(password=Set(Secret(""))), InvalidFieldError),
        (Change(password=Set(Secret("x" * 501))), InvalidFieldError),
        (Change({"name": "x" * 256}), InvalidFieldError),
        (Change({"name": None}), InvalidFieldError),
        (Change({"host": ""}), InvalidFieldError),
        (Change({"port": 0}), InvalidFieldError),
        (Change({"from_email": "nobody"}), InvalidFieldError),
        (Change({"security": None}), InvalidFieldError),
        (Change({"auth": "none"}), UnsupportedError),
        (Change({"envelope_from": "a@b.c"}), UnsupportedError),
        (Change({"default": True}), UnsupportedError),
        (Change({"id": "x"}), UsageError),
        (Change(native={"status": "active"}), UnsupportedError),
        (Change(native={"colour": "red"}), UnsupportedError),
        (Change(native={"percentage": 101}), InvalidFieldError),
        (Change(native={"percentage": None}), InvalidFieldError),
        (Change(native={"quotas": {"per_week": 1}}), InvalidFieldError),
        (Change(native={"quotas": {"per_day": {"min": 2, "max": 1}}}), InvalidFieldError),
        (Change(native={"variables": {"a": "x" * 4097}}), InvalidFieldError),
        (Change(native={"tracking_domain": "x" * 256}), InvalidFieldError),
    ],
)
@respx.mock
async def test_what_sendmux_would_refuse_is_refused_before_the_call(
    change: Change, error: type[SmtptuiError]
) -> None:
    adapter = sendmux()
    current = await get_stored(adapter)
    with pytest.raises(error) as caught:
        await adapter.update(ID, change, current=current)
    assert type(caught.value) is error
    assert caught.value.field == change.changed_fields()[0]
    assert not respx.calls


@respx.mock
@pytest.mark.parametrize("id", ["", ".", ".."])
async def test_an_impossible_id_is_not_requested(id: str) -> None:
    with pytest.raises(NotFoundError):
        await sendmux().get(id)
    assert not respx.calls


@respx.mock
async def test_an_id_is_quoted_in_the_url() -> None:
    route = respx.get(url__regex=".*").mock(return_value=error_response(404, "not_found"))
    with pytest.raises(NotFoundError):
        await sendmux().get("../a?b")
    assert route.calls.last.request.url.raw_path == b"/api/v1/providers/..%2Fa%3Fb"


@respx.mock
async def test_check_reports_the_allowed_actions() -> None:
    respx.get(f"{BASE}/providers").mock(return_value=page_response(record(**SHARED), record(id="b")))
    found = await sendmux().check()
    assert found.may[ProviderOperation.UPDATE] is True
    assert found.may[ProviderOperation.CREATE] is None
    respx.get(f"{BASE}/providers").mock(return_value=page_response())
    assert (await sendmux().check()).may[ProviderOperation.UPDATE] is None


@respx.mock
async def test_a_mailbox_key_is_explained_when_it_is_refused() -> None:
    respx.get(f"{BASE}/providers").mock(return_value=error_response(403, "insufficient_permissions"))
    with pytest.raises(ForbiddenError) as caught:
        await sendmux(key="smx_mbx_" + secret_text()).check()
    assert "smx_root_" in caught.value.hint


def test_the_password_state_is_what_the_record_says() -> None:
    from smtptui.providers.sendmux.convert import to_credential

    for stored_, state in ((True, "stored"), (False, "absent"), (None, "unknown")):
        found = to_credential("mux", record(has_smtp_password=stored_), lambda id: ())
        assert found.password is PasswordState(state)


def test_opinions_follow_the_documented_rule() -> None:
    from smtptui.providers.sendmux.convert import to_opinion

    at = "2026-11-20T10:00:00Z"
    known = Opinion(Status.VERIFIED, "2026-11-20T10:00:00.000Z", "235")
    other = Opinion(Status.FAILED, "2026-11-19T10:00:00Z")
    assert to_opinion(record(), lambda id: ()).status is Status.NEVER
    failing = to_opinion(record(last_tested_at=at, status="error", status_reason="535"), lambda id: (known,))
    assert failing == Opinion(Status.FAILED, at, "535")
    assert to_opinion(record(last_tested_at=at), lambda id: (other, known)) == known
    unknown = to_opinion(record(last_tested_at=at), lambda id: (other,))
    assert (unknown.status, unknown.at) == (Status.UNKNOWN, at)
