from __future__ import annotations

from typing import Any

import pytest

from tests.canary import CANARY

LIST = """query($org: ID!, $default: Boolean) { smtpConfigurations(organizationId: $org, defaultSmtp: $default) {
  nodes { id host port username defaultSmtp organizationId } } }"""
CREATE = """mutation($input: CreateSmtpConfigurationInput!) { createSmtpConfiguration(input: $input) {
  smtpConfiguration { id port defaultSmtp ipRelayAuth } } }"""
WITH_SENDER = """mutation($input: CreateSmtpCustomEmailWithConfigurationInput!) {
  createSmtpCustomEmailWithConfiguration(input: $input) {
    smtpCustomEmail { id emailAddress senderName smtpConfiguration { id host port ipRelayAuth } } } }"""
UPDATE = """mutation($input: UpdateSmtpConfigurationInput!) { updateSmtpConfiguration(input: $input) {
  smtpConfiguration { id host port defaultSmtp } } }"""
DELETE = (
    "mutation($input: DeleteSmtpConfigurationInput!) { deleteSmtpConfiguration(input: $input) { success } }"
)
DELETE_SENDER = (
    "mutation($input: DeleteSmtpCustomEmailInput!) { deleteSmtpCustomEmail(input: $input) { success } }"
)
ORG = "301274"
LOGIN = {"host": "mail.acme.example", "port": 587, "username": "u", "password": f"pw-{CANARY}"}


def code(response: Any) -> str:
    assert response.status_code == 200
    extensions = response.json()["errors"][0]["extensions"]
    assert extensions["correlation_id"]
    return str(extensions["code"])


def create(bench: Any, **more: Any) -> dict[str, Any]:
    wanted = {**LOGIN, "organizationId": ORG, "defaultSmtp": False, **more}
    response = bench.pipefy(CREATE, "/internal_api", input=wanted).json()
    return dict(response["data"]["createSmtpConfiguration"]["smtpConfiguration"])


def create_with_sender(bench: Any, address: str, **more: Any) -> Any:
    wanted = {
        "senderName": "S",
        "emailAddress": address,
        "smtpConfiguration": {**LOGIN, "organizationId": ORG},
    }
    return bench.pipefy(WITH_SENDER, "/internal_api", input={**wanted, **more})


def test_port_is_a_string_in_answers(bench: Any) -> None:
    assert create(bench)["port"] == "587"
    nodes = bench.pipefy(LIST, org=ORG).json()["data"]["smtpConfigurations"]["nodes"]
    assert {type(n["port"]) for n in nodes} == {str}


def test_the_list_filters_by_default(bench: Any) -> None:
    nodes = bench.pipefy(LIST, org=ORG, default=True).json()["data"]["smtpConfigurations"]["nodes"]
    assert [n["defaultSmtp"] for n in nodes] == [True]


def test_an_empty_list_without_manage_access(bench: Any) -> None:
    id = create(bench)["id"]
    bench.running.access({"acme-pipefy": {"manage": False}})
    assert bench.pipefy(LIST, org=ORG).json() == {"data": {"smtpConfigurations": {"nodes": []}}}
    assert code(bench.pipefy(DELETE, input={"id": id})) == "PERMISSION_DENIED"


def test_operations_live_on_their_endpoints(bench: Any) -> None:
    wanted = {**LOGIN, "organizationId": ORG, "defaultSmtp": False}
    assert code(bench.pipefy(CREATE, "/graphql", input=wanted)) == "undefinedField"
    assert code(bench.pipefy(LIST, "/internal_api", org=ORG)) == "undefinedField"


def test_a_second_default_is_refused_until_the_first_is_demoted(bench: Any) -> None:
    present = next(r for r in bench.records("acme-pipefy") if r["defaultSmtp"])["id"]
    other = create(bench)["id"]
    refused = bench.pipefy(UPDATE, input={"id": other, "defaultSmtp": True})
    assert code(refused) == "RECORD_INVALID"
    assert refused.json()["errors"][0]["message"] == "Default smtp has already been taken"
    assert "errors" not in bench.pipefy(UPDATE, input={"id": present, "defaultSmtp": False}).json()
    assert "errors" not in bench.pipefy(UPDATE, input={"id": other, "defaultSmtp": True}).json()
    assert "errors" not in bench.pipefy(UPDATE, input={"id": other, "defaultSmtp": False}).json()
    assert "errors" not in bench.pipefy(UPDATE, input={"id": present, "defaultSmtp": True}).json()


@pytest.mark.parametrize("fields", [{}, {"password": None}])
def test_omitted_and_null_password_keep_it(bench: Any, fields: dict[str, Any]) -> None:
    id = create(bench)["id"]
    assert "errors" not in bench.pipefy(UPDATE, input={"id": id, "port": 2525, **fields}).json()
    stored = bench.record("acme-pipefy", id)
    assert (stored["password"], stored["port"]) == (LOGIN["password"], "2525")


def test_an_empty_password_is_refused(bench: Any) -> None:
    id = create(bench)["id"]
    assert code(bench.pipefy(UPDATE, input={"id": id, "password": ""})) == "RECORD_INVALID"


def test_a_relay_needs_no_login_and_others_do(bench: Any) -> None:
    bare = {"username": None, "password": None}
    assert create(bench, **bare, ipRelayAuth=True)["ipRelayAuth"] is True
    wanted = {**LOGIN, **bare, "organizationId": ORG, "defaultSmtp": False}
    assert code(bench.pipefy(CREATE, "/internal_api", input=wanted)) == "RECORD_INVALID"


def test_a_sender_is_unique_and_its_deletion_takes_the_configuration(bench: Any) -> None:
    made = create_with_sender(bench, "one@acme.example").json()["data"]
    sender = made["createSmtpCustomEmailWithConfiguration"]["smtpCustomEmail"]
    assert sender["smtpConfiguration"]["port"] == "587"
    assert code(create_with_sender(bench, "ONE@acme.example")) == "RECORD_INVALID"
    deleted = bench.pipefy(DELETE_SENDER, input={"id": sender["id"]}).json()
    assert deleted["data"]["deleteSmtpCustomEmail"]["success"] is True
    assert bench.record("acme-pipefy", sender["smtpConfiguration"]["id"]) is None
    assert "errors" not in create_with_sender(bench, "one@acme.example").json()


def test_deleting_the_configuration_leaves_its_sender_and_its_address_taken(bench: Any) -> None:
    made = create_with_sender(bench, "two@acme.example").json()["data"]
    sender = made["createSmtpCustomEmailWithConfiguration"]["smtpCustomEmail"]
    assert "errors" not in bench.pipefy(DELETE, input={"id": sender["smtpConfiguration"]["id"]}).json()
    assert code(create_with_sender(bench, "two@acme.example")) == "RECORD_INVALID"
    assert sender["id"] in {s["id"] for s in bench.running.ask("senders")["acme-pipefy"]}


def test_the_senders_input_has_no_default_flag(bench: Any) -> None:
    configuration = {**LOGIN, "organizationId": ORG, "defaultSmtp": True}
    refused = create_with_sender(bench, "three@acme.example", smtpConfiguration=configuration)
    assert code(refused) == "argumentNotAccepted"


def test_the_relay_flag_in_the_list_can_be_made_unknown(bench: Any) -> None:
    query = LIST.replace("id host", "id ipRelayAuth host")
    assert "errors" not in bench.pipefy(query, org=ORG).json()
    bench.running.access({"acme-pipefy": {"relay_in_list": False}})
    assert code(bench.pipefy(query, org=ORG)) == "undefinedField"


def test_error_codes(bench: Any) -> None:
    assert code(bench.pipefy(DELETE, input={"id": "none"})) == "RESOURCE_NOT_FOUND"
    assert code(bench.pipefy(LIST, org="1")) == "RESOURCE_NOT_FOUND"
    missing = {"organizationId": ORG, "defaultSmtp": False, "host": "h"}
    assert code(bench.pipefy(CREATE, "/internal_api", input=missing)) == "missingRequiredInputObjectAttribute"
    assert code(bench.pipefy("{ nothing }")) == "undefinedField"


def test_the_error_shape_of_a_bad_token(bench: Any) -> None:
    response = bench.pipefy(LIST, token="wrong", org=ORG)
    assert response.status_code == 401
    assert response.json()["errors"][0]["title"] == "Unauthorized"


def token(bench: Any, **more: str) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_id": bench.secret("acme-pipefy", "client_id"),
        "client_secret": bench.secret("acme-pipefy", "client_secret"),
        **more,
    }
    return bench.http.post(bench.accounts["acme-pipefy"]["token_url"], data=form)


def test_tokens_are_given_for_the_client_and_expire(bench: Any) -> None:
    good = token(bench).json()
    assert good["expires_in"] == 1800
    assert "errors" not in bench.pipefy(LIST, token=good["access_token"], org=ORG).json()
    bench.running.access({"acme-pipefy": {"revoke_tokens": True}})
    assert bench.pipefy(LIST, token=good["access_token"], org=ORG).status_code == 401
    bench.running.access({"acme-pipefy": {"token_lifetime": 0}})
    assert bench.pipefy(LIST, token=token(bench).json()["access_token"], org=ORG).status_code == 401
    assert token(bench, client_secret="wrong").status_code == 401
    assert token(bench, grant_type="password").status_code == 400
