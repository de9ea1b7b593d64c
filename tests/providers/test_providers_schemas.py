"""The GraphQL documents and inputs are valid against the documented schemas, and specs are light to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.utilities import coerce_input_value

from smtptui.model.change import Change, Clear, Draft, Set
from smtptui.model.json_value import Json
from smtptui.net.graphql import Document
from smtptui.providers.blue import convert as blue
from smtptui.providers.blue import wire as blue_wire
from smtptui.providers.pipefy import convert as pipefy
from smtptui.providers.pipefy import wire as pipefy_wire
from smtptui.secrets.secret import Secret
from tests.canary import secret_text

SECRET = Secret(secret_text())
DRAFT = Draft(
    {"host": "h.example", "port": 587, "username": "u", "from_email": "a@b.example", "from_name": "A"}, SECRET
)
RELAY = Draft({"host": "h", "port": 25, "auth": "none"})
SCHEMAS = {
    name: build_schema((Path(__file__).parent / name / "schema.graphql").read_text("utf-8"))
    for name in ("blue", "pipefy")
}
DOCUMENTS = [
    *((SCHEMAS["blue"], document) for document in blue_wire.DOCUMENTS),
    *((SCHEMAS["pipefy"], document) for document in pipefy_wire.DOCUMENTS),
]
INPUTS: list[tuple[str, str, dict[str, Json]]] = [
    ("blue", "CreateSmtpCredentialInput", blue.to_create(DRAFT, "acme")),
    (
        "blue",
        "UpdateSmtpCredentialInput",
        blue.to_update("1", Change({"from_name": None, "port": 25}, Clear())),
    ),
    ("blue", "UpdateSmtpCredentialInput", blue.to_update("1", Change({"host": "x.example"}, Set(SECRET)))),
    ("blue", "VerifySmtpCredentialInput", blue.to_verify(DRAFT)),
    ("pipefy", "CreateSmtpConfigurationInput", pipefy.to_create(DRAFT, "7", default=True)),
    ("pipefy", "CreateSmtpConfigurationInput", pipefy.to_create(RELAY, "7", default=False)),
    ("pipefy", "CreateSmtpCustomEmailWithConfigurationInput", pipefy.to_create_with_sender(DRAFT, "7")),
    (
        "pipefy",
        "UpdateSmtpConfigurationInput",
        pipefy.to_update("1", Change({"port": 25, "default": False}, Set(SECRET))),
    ),
]


@pytest.mark.parametrize(("schema", "document"), DOCUMENTS, ids=lambda item: getattr(item, "operation", ""))
def test_document_is_valid(schema: GraphQLSchema, document: Document) -> None:
    assert validate(schema, parse(document.text)) == []


@pytest.mark.parametrize(("provider", "kind", "value"), INPUTS)
def test_inputs_fit_the_schema(provider: str, kind: str, value: dict[str, Json]) -> None:
    coerce_input_value(value, SCHEMAS[provider].type_map[kind])  # type: ignore[arg-type]


def test_trap_the_list_never_asks_for_the_password() -> None:
    assert [item for item in blue_wire.DOCUMENTS if "password" in item.text] == [blue_wire.REVEAL]
    assert not [item for item in pipefy_wire.DOCUMENTS if "assword" in item.text]


def test_every_document_of_pipefy_has_an_endpoint() -> None:
    assert {document.operation for document in pipefy_wire.DOCUMENTS} == set(pipefy_wire.ENDPOINTS)


def test_specs_import_nothing_heavy() -> None:
    code = (
        "import sys; from smtptui.providers.registry import BUILT_IN, provider_spec; "
        "[provider_spec(name) for name in BUILT_IN]; "
        "print([n for n in ('httpx', 'gql', 'graphql', 'asyncio', 'smtptui.net') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
