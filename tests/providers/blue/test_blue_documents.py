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

from smtptui.model.change import Change, Clear, Draft, Set
from smtptui.net.graphql import Document
from smtptui.providers.blue import convert, wire
from smtptui.secrets.secret import Secret
from tests.canary import secret_text


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((Path(__file__).parent / "schema.graphql").read_text("utf-8"))


@pytest.mark.parametrize("document", wire.DOCUMENTS, ids=lambda item: item.operation)
def test_document_is_valid(document: Document, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(document.text)) == []


def test_trap_the_list_never_asks_for_the_password() -> None:
    asking = [document for document in wire.DOCUMENTS if "password" in document.text]
    assert asking == [wire.REVEAL]


def test_inputs_fit_the_schema(schema: GraphQLSchema) -> None:
    draft = Draft(
        {"host": "h.example", "port": 587, "username": "u", "from_email": "a@b.example", "from_name": "A"},
        Secret(secret_text()),
    )
    inputs: dict[str, list[Mapping[str, Any]]] = {
        "CreateSmtpCredentialInput": [convert.to_create(draft, "acme")],
        "UpdateSmtpCredentialInput": [
            convert.to_update("1", Change({"from_name": None, "port": 25}, Clear())),
            convert.to_update("1", Change({"host": "x.example"}, Set(Secret(secret_text())))),
        ],
        "VerifySmtpCredentialInput": [convert.to_verify(draft)],
    }
    for name, values in inputs.items():
        for value in values:
            coerce_input_value(dict(value), schema.type_map[name])  # type: ignore[arg-type]


def test_the_spec_is_light_data() -> None:
    code = (
        "import sys; from smtptui.providers.blue import SPEC; "
        "print([n for n in ('httpx', 'gql', 'graphql', 'asyncio', 'smtptui.net') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
