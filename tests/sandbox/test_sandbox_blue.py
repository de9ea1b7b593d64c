from __future__ import annotations

from typing import Any

import pytest

from tests.canary import CANARY

LIST = """query($skip: Int, $take: Int) { smtpCredentials(skip: $skip, take: $take) {
  items { id uid host port password verifiedAt }
  pageInfo { totalItems totalPages page perPage hasNextPage hasPreviousPage } } }"""
CREATE = """mutation($input: CreateSmtpCredentialInput!) { createSmtpCredential(input: $input) {
  id uid host port username password senderName senderEmail verifiedAt createdAt updatedAt } }"""
UPDATE = """mutation($input: UpdateSmtpCredentialInput!) { updateSmtpCredential(input: $input) {
  id host port username password senderName verifiedAt } }"""
DELETE = "mutation($id: String!) { deleteSmtpCredential(id: $id) }"
VERIFY = "mutation($input: VerifySmtpCredentialInput!) { verifySmtpCredential(input: $input) }"
PASSWORD = f"pw-{CANARY}"
HOST = "smtp.migadu.com"


def code(response: Any) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


def create(bench: Any, user: str, good: bool = True, **more: Any) -> dict[str, Any]:
    bench.accept(HOST, user, PASSWORD if good else PASSWORD + "-other")
    wanted = {"companyId": "acme", "host": HOST, "port": 465, "username": user, "password": PASSWORD, **more}
    return dict(bench.blue(CREATE, input=wanted).json()["data"]["createSmtpCredential"])


def test_pages_by_offset_and_caps_take(bench: Any) -> None:
    page = bench.blue(LIST, skip=2, take=500).json()["data"]["smtpCredentials"]
    assert page["pageInfo"]["perPage"] == 100
    total = page["pageInfo"]["totalItems"]
    assert len(page["items"]) == min(100, total - 2)
    second = bench.blue(LIST, skip=2, take=2).json()["data"]["smtpCredentials"]
    assert [i["id"] for i in second["items"]] == [i["id"] for i in page["items"][:2]]
    assert second["pageInfo"] == {
        "totalItems": total,
        "totalPages": -(-total // 2),
        "page": 2,
        "perPage": 2,
        "hasNextPage": True,
        "hasPreviousPage": True,
    }


def test_the_list_gives_the_password_in_plain_text(bench: Any) -> None:
    first = bench.blue(LIST, take=1).json()["data"]["smtpCredentials"]["items"][0]
    assert first["password"].startswith("pw-")


def test_create_is_saved_and_stamped_by_a_real_login(bench: Any) -> None:
    good = create(bench, "blue-good", senderName="A")
    assert good["verifiedAt"]
    assert good["verifiedAt"].endswith("Z")
    assert bench.record("acme-blue", good["id"])["password"] == PASSWORD


def test_saved_but_not_verified(bench: Any) -> None:
    bad = create(bench, "blue-bad", good=False)
    assert bad["verifiedAt"] is None
    assert bench.record("acme-blue", bad["id"])


@pytest.mark.parametrize("empty", [None, ""])
def test_null_and_empty_password_clear_it(bench: Any, empty: str | None) -> None:
    id = create(bench, "blue-clear")["id"]
    updated = bench.blue(UPDATE, input={"id": id, "password": empty}).json()["data"]["updateSmtpCredential"]
    assert updated["password"] is None
    assert updated["verifiedAt"] is None


def test_omitted_password_is_kept_and_id_only_restamps(bench: Any) -> None:
    id = create(bench, "blue-keep")["id"]
    bench.accept(HOST, "blue-keep", "pw-changed")
    updated = bench.blue(UPDATE, input={"id": id}).json()["data"]["updateSmtpCredential"]
    assert updated["password"] == PASSWORD
    assert updated["verifiedAt"] is None
    bench.accept(HOST, "blue-keep", PASSWORD)
    again = bench.blue(UPDATE, input={"id": id, "host": HOST}).json()["data"]["updateSmtpCredential"]
    assert again["verifiedAt"]


def test_id_only_update_can_be_made_to_be_refused(bench: Any) -> None:
    id = create(bench, "blue-idonly")["id"]
    bench.running.access({"acme-blue": {"id_only_update": False}})
    assert code(bench.blue(UPDATE, input={"id": id})) == "BAD_USER_INPUT"
    assert "errors" not in bench.blue(UPDATE, input={"id": id, "host": HOST}).json()


def test_delete_is_by_id_and_never_by_uid(bench: Any) -> None:
    made = create(bench, "blue-delete")
    assert code(bench.blue(DELETE, id=made["uid"])) == "SMTP_CREDENTIAL_NOT_FOUND"
    assert bench.blue(DELETE, id=made["id"]).json()["data"] == {"deleteSmtpCredential": True}
    assert bench.record("acme-blue", made["id"]) is None


def test_verify_answers_a_boolean_and_stores_nothing(bench: Any) -> None:
    bench.accept("mail.acme.example", "blue-verify", PASSWORD)
    before = bench.records("acme-blue")
    login = {"host": "mail.acme.example", "username": "blue-verify", "password": PASSWORD}
    assert bench.blue(VERIFY, input=login).json() == {"data": {"verifySmtpCredential": True}}
    wrong = {**login, "password": "pw-no"}
    assert bench.blue(VERIFY, input=wrong).json() == {"data": {"verifySmtpCredential": False}}
    assert bench.blue(VERIFY, input={}).json() == {"data": {"verifySmtpCredential": False}}
    assert bench.records("acme-blue") == before


@pytest.mark.parametrize("user", ["ümläut", "user"])
def test_a_password_beyond_ascii_is_sent_as_utf8(bench: Any, user: str) -> None:
    bench.accept(HOST, user, "pw-пароль")
    login = {"host": HOST, "port": 587, "username": user, "password": "pw-пароль"}
    assert bench.blue(VERIFY, input=login).json() == {"data": {"verifySmtpCredential": True}}


def test_an_unknown_host_fails_at_once(bench: Any) -> None:
    login = {"host": "smtp.example.com", "port": 587, "username": "u", "password": PASSWORD}
    assert bench.blue(VERIFY, input=login).json() == {"data": {"verifySmtpCredential": False}}


def test_a_member_lists_and_changes_nothing(bench: Any) -> None:
    page = bench.blue(LIST, "globex-blue").json()["data"]["smtpCredentials"]
    id = page["items"][0]["id"]
    wanted = {"companyId": "globex", "host": HOST, "port": 587, "username": "u", "password": PASSWORD}
    before = bench.records("globex-blue")
    for query, variables in (
        (CREATE, {"input": wanted}),
        (UPDATE, {"input": {"id": id, "host": HOST}}),
        (DELETE, {"id": id}),
        (VERIFY, {"input": {}}),
    ):
        assert code(bench.blue(query, "globex-blue", **variables)) == "FORBIDDEN"
    assert bench.records("globex-blue") == before


def test_access_errors(bench: Any) -> None:
    url = bench.accounts["acme-blue"]["base_url"]
    body = {"query": LIST}
    assert code(bench.http.post(url, json=body)) == "UNAUTHENTICATED"
    elsewhere = bench.blue_headers(**{"X-Bloo-Company-ID": "globex"})
    assert code(bench.http.post(url, json=body, headers=elsewhere)) == "FORBIDDEN"
    nowhere = bench.blue_headers(**{"X-Bloo-Company-ID": "initech"})
    assert code(bench.http.post(url, json=body, headers=nowhere)) == "COMPANY_NOT_FOUND"
    bench.running.access({"acme-blue": {"feature": False}})
    assert code(bench.blue(VERIFY, input={})) == "PRO_REQUIRED"
    assert "errors" not in bench.blue(LIST).json()
    bench.running.access({"acme-blue": {"token_expired": True}})
    assert code(bench.blue(LIST)) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("senderName", "BLUE", "SMTP_CREDENTIAL_RESERVED_SENDER_NAME"),
        ("senderEmail", "x@BLUE.cc", "SMTP_CREDENTIAL_RESERVED_SENDER_EMAIL"),
        ("port", 70000, "BAD_USER_INPUT"),
    ],
)
def test_reserved_senders_and_bad_ports_are_refused_and_not_saved(
    bench: Any, field: str, value: Any, expected: str
) -> None:
    wanted = {"companyId": "acme", "host": HOST, "port": 587, "username": "refused", "password": PASSWORD}
    assert code(bench.blue(CREATE, input={**wanted, field: value})) == expected
    assert not [r for r in bench.records("acme-blue") if r["username"] == "refused"]


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        ("{ smtpCredentials { items { id secret } } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ('mutation { deleteSmtpCredential(id: "x") { id } }', {}, "GRAPHQL_VALIDATION_FAILED"),
        ("{ smtpCredentials {", {}, "GRAPHQL_PARSE_FAILED"),
        (DELETE, {"id": 5}, "BAD_USER_INPUT"),
        (CREATE, {"input": {"companyId": "acme", "host": HOST}}, "BAD_USER_INPUT"),
    ],
)
def test_an_invalid_query_is_refused_as_apollo_would(
    bench: Any, query: str, variables: dict[str, Any], expected: str
) -> None:
    response = bench.blue(query, **variables)
    assert response.status_code == 400
    assert code(response) == expected
