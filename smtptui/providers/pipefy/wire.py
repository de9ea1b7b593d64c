"""Pipefy's GraphQL documents, their endpoints, and its types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from smtptui.net.graphql import Document

PUBLIC = "/graphql"
INTERNAL = "/internal_api"

_LISTED = "id host port username defaultSmtp organizationId"


def _list(fields: str) -> Document:
    return Document(
        "smtpConfigurations",
        "query smtpConfigurations($organizationId: ID!) {"
        f" smtpConfigurations(organizationId: $organizationId) {{ nodes {{ {fields} }} }} }}",
    )


LIST = _list(f"{_LISTED} ipRelayAuth")
LIST_PLAIN = _list(_LISTED)
"""The documented fields, for servers that refuse `ipRelayAuth` in a list."""
CREATE = Document(
    "createSmtpConfiguration",
    "mutation createSmtpConfiguration($input: CreateSmtpConfigurationInput!) {"
    f" createSmtpConfiguration(input: $input) {{ smtpConfiguration {{ {_LISTED} }} }} }}",
)
CREATE_WITH_SENDER = Document(
    "createSmtpCustomEmailWithConfiguration",
    "mutation createSmtpCustomEmailWithConfiguration($input: CreateSmtpCustomEmailWithConfigurationInput!) {"
    " createSmtpCustomEmailWithConfiguration(input: $input) { smtpCustomEmail { id emailAddress senderName"
    " smtpConfiguration { id host port organizationId ipRelayAuth } } } }",
)
UPDATE = Document(
    "updateSmtpConfiguration",
    "mutation updateSmtpConfiguration($input: UpdateSmtpConfigurationInput!) {"
    f" updateSmtpConfiguration(input: $input) {{ smtpConfiguration {{ {_LISTED} }} }} }}",
)
DELETE = Document(
    "deleteSmtpConfiguration",
    "mutation deleteSmtpConfiguration($input: DeleteSmtpConfigurationInput!) {"
    " deleteSmtpConfiguration(input: $input) { success } }",
)
DELETE_SENDER = Document(
    "deleteSmtpCustomEmail",
    "mutation deleteSmtpCustomEmail($input: DeleteSmtpCustomEmailInput!) {"
    " deleteSmtpCustomEmail(input: $input) { success } }",
)

DOCUMENTS: tuple[Document, ...] = (
    LIST,
    LIST_PLAIN,
    CREATE,
    CREATE_WITH_SENDER,
    UPDATE,
    DELETE,
    DELETE_SENDER,
)

ENDPOINTS: dict[str, str] = {
    LIST.operation: PUBLIC,
    CREATE.operation: INTERNAL,
    CREATE_WITH_SENDER.operation: INTERNAL,
    UPDATE.operation: PUBLIC,
    DELETE.operation: PUBLIC,
    DELETE_SENDER.operation: PUBLIC,
}
"""The documented path of each operation; an account's `endpoints` table overrides it."""


class SmtpConfiguration(TypedDict, total=False):
    """The type `SmtpConfiguration`; its port is a String, that of inputs an Int."""

    id: str
    host: str | None
    port: str | None
    username: str | None
    defaultSmtp: bool | None
    organizationId: str | None
    ipRelayAuth: bool | None


class CreateInput(TypedDict, total=False):
    """`CreateSmtpConfigurationInput`."""

    host: str
    port: int
    organizationId: str
    defaultSmtp: bool
    ipRelayAuth: bool
    username: str
    password: str


class ConfigurationInput(TypedDict, total=False):
    """`SmtpConfigurationInput`, part of a create with sender; it has no default flag."""

    host: str
    port: int
    organizationId: str
    ipRelayAuth: bool
    username: str
    password: str


class CreateWithSenderInput(TypedDict):
    senderName: str
    emailAddress: str
    smtpConfiguration: ConfigurationInput


class UpdateInput(TypedDict, total=False):
    """`UpdateSmtpConfigurationInput`: only the given keys change; a null password keeps it."""

    id: str
    host: str
    port: int
    username: str
    password: str
    defaultSmtp: bool


Data = Mapping[str, Any]
"""The `data` of a response."""
