from __future__ import annotations

from typing import Any

import pytest

from tests.canary import CANARY

PASSWORD = f"pw-{CANARY}"
SSMS = ("/digitanium/v4/mail/config", "/digitanium/v4/mail/test")
SHIFT = ("/auth/realms/acme/mail/setup", "/auth/realms/acme/mail/test")
RECORD = {
    "host": "mail.acme.example",
    "from": "login@acme.example",
    "port": "587",
    "starttls": "true",
    "ssl": "false",
    "user": "idp-test",
    "password": PASSWORD,
    "replyTo": "helpdesk@acme.example",
}
TEST = {"mailType": "TEST"}


@pytest.mark.parametrize(("configure", "test"), [SSMS, SHIFT])
def test_configures_and_sends_a_real_mail(bench: Any, configure: str, test: str) -> None:
    done = bench.idp(configure, RECORD)
    assert done.json() == {"message": "Successfully updated SMTP Details", "status": "OK", "subSystem": 8}
    assert bench.records("acme-idp") == [RECORD]
    bench.accept("mail.acme.example", "idp-test", PASSWORD)
    before = len(bench.running.ask("mail"))
    sent = bench.idp(test, TEST)
    assert (sent.status_code, sent.json()["message"]) == (200, "Mail Sent Successfully to the user")
    mail = bench.running.ask("mail")[before:]
    assert [(m["from"], m["to"]) for m in mail] == [("login@acme.example", ["service-account@acme.example"])]


def test_a_failed_login_is_told_and_no_mail_leaves(bench: Any) -> None:
    bench.idp(SSMS[0], {**RECORD, "user": "idp-wrong"})
    before = bench.running.ask("mail")
    failed = bench.idp(SSMS[1], TEST)
    assert failed.status_code == 500
    assert "535" in failed.json()["message"]
    assert bench.running.ask("mail") == before


def test_a_write_replaces_the_whole_record(bench: Any) -> None:
    bench.idp(SSMS[0], RECORD)
    bench.idp(SSMS[0], {"host": "relay.acme.example", "from": "a@acme.example"})
    assert bench.records("acme-idp") == [{"host": "relay.acme.example", "from": "a@acme.example"}]


def test_a_relay_without_login_sends(bench: Any) -> None:
    bench.idp(SSMS[0], {"host": "relay.acme.example", "from": "a@acme.example", "port": "25"})
    assert bench.idp(SSMS[1], TEST).status_code == 200


def test_booleans_and_numbers_are_taken_too(bench: Any) -> None:
    assert bench.idp(SSMS[0], {**RECORD, "port": 465, "ssl": True, "starttls": False}).status_code == 200
    stored = bench.records("acme-idp")[0]
    assert (stored["port"], stored["ssl"], stored["starttls"]) == ("465", "true", "false")


@pytest.mark.parametrize(
    "change", [{"host": ""}, {"from": None}, {"port": "x"}, {"ssl": "yes"}, {"unknown": "1"}, {"user": ["a"]}]
)
def test_a_bad_body_is_refused_and_nothing_stored(bench: Any, change: dict[str, Any]) -> None:
    bench.idp(SSMS[0], RECORD)
    refused = bench.idp(SSMS[0], {**RECORD, **change})
    assert (refused.status_code, refused.json()["status"]) == (400, "BAD_REQUEST")
    assert bench.records("acme-idp") == [RECORD]


def test_401_and_404(bench: Any) -> None:
    wrong = bench.idp(SSMS[0], RECORD, token="wrong")
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Unauthorized")
    bench.running.access({"acme-idp": {"user_email": None}})
    nobody = bench.idp(SSMS[1], TEST)
    assert (nobody.status_code, nobody.json()["status"]) == (404, "USER_NOT_FOUND")
    assert bench.idp("/auth/realms/other/mail/setup", RECORD).status_code == 404


def test_there_is_no_read_and_no_delete(bench: Any) -> None:
    token = bench.running.access()["acme-idp"]["login"]["token"]
    url = bench.accounts["acme-idp"]["base_url"] + SSMS[0]
    for method in ("GET", "DELETE"):
        answer = bench.http.request(method, url, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 405


def test_client_credentials_in_the_body_and_as_basic(bench: Any) -> None:
    url = bench.accounts["acme-idp"]["token_url"]
    client = (bench.secret("acme-idp", "client_id"), bench.secret("acme-idp", "client_secret"))
    grant = {"grant_type": "client_credentials"}
    form = {**grant, "client_id": client[0], "client_secret": client[1]}
    for answer in (bench.http.post(url, data=form), bench.http.post(url, data=grant, auth=client)):
        assert answer.status_code == 200
        assert bench.idp(SSMS[0], RECORD, token=answer.json()["access_token"]).status_code == 200
    assert bench.http.post(url, data={**form, "client_secret": "x"}).status_code == 401
