"""Pipefy's GraphQL documents and their endpoints."""

from __future__ import annotations

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
