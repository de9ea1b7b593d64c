"""Every document is valid against the documented schema, and so is every input that is made."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.utilities import coerce_input_value

from smtptui.model.change import Change, Draft, Set
from smtptui.net.graphql import Document
from smtptui.providers.pipefy import convert, wire
from smtptui.secrets.secret import Secret
from tests.canary import secret_text


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((Path(__file__).parent / "schema.graphql").read_text("utf-8"))


@pytest.mark.parametrize("document", wire.DOCUMENTS, ids=lambda item: item.operation)
def test_document_is_valid(document: Document, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(document.text)) == []


def test_no_document_requests_a_password() -> None:
    assert not [document for document in wire.DOCUMENTS if "assword" in document.text]


def test_every_document_has_an_endpoint() -> None:
    assert {document.operation for document in wire.DOCUMENTS} == set(wire.ENDPOINTS)


def test_inputs_fit_the_schema(schema: GraphQLSchema) -> None:
    secret = Secret(secret_text())
    draft = Draft(
        {"host": "h", "port": 587, "username": "u", "from_email": "a@b.c", "from_name": "A"}, secret
    )
    relay = Draft({"host": "h", "port": 25, "auth": "none"})
    inputs: dict[str, list[Mapping[str, Any]]] = {
        "CreateSmtpConfigurationInput": [
            convert.to_create(draft, "7", default=True),
            convert.to_create(relay, "7", default=False),
        ],
        "CreateSmtpCustomEmailWithConfigurationInput": [convert.to_create_with_sender(draft, "7")],
        "UpdateSmtpConfigurationInput": [
            convert.to_update("1", Change({"port": 25, "default": False}, Set(secret)))
        ],
    }
    for name, values in inputs.items():
        for value in values:
            coerce_input_value(dict(value), schema.type_map[name])  # type: ignore[arg-type]


def test_the_spec_is_light_data() -> None:
    code = (
        "import sys; from smtptui.providers.pipefy import SPEC; "
        "print([n for n in ('httpx', 'gql', 'graphql', 'asyncio', 'smtptui.net') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
