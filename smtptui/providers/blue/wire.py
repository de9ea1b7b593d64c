"""Blue's field names and GraphQL documents."""

from __future__ import annotations

from smtptui.net.graphql import Document

WIRE_NAMES: dict[str, str] = {
    "host": "host",
    "port": "port",
    "username": "username",
    "from_email": "senderEmail",
    "from_name": "senderName",
}
"""Our field name -> Blue's, for everything that is sent. Blue has no field for security and auth."""

_FIELDS = "id uid host port username senderName senderEmail verifiedAt createdAt updatedAt"
_PAGE_INFO = "pageInfo { totalItems totalPages page perPage hasNextPage hasPreviousPage }"

LIST = Document(
    "smtpCredentials",
    "query smtpCredentials($skip: Int!, $take: Int!) {"
    f" smtpCredentials(skip: $skip, take: $take) {{ items {{ {_FIELDS} }} {_PAGE_INFO} }} }}",
)
REVEAL = Document(
    "smtpCredentials",
    "query smtpCredentials($skip: Int!, $take: Int!) {"
    " smtpCredentials(skip: $skip, take: $take) { items { id host port username password } } }",
)
"""The only document that requests a password; used for one record at a time."""
CREATE = Document(
    "createSmtpCredential",
    "mutation createSmtpCredential($input: CreateSmtpCredentialInput!) {"
    f" createSmtpCredential(input: $input) {{ {_FIELDS} }} }}",
)
UPDATE = Document(
    "updateSmtpCredential",
    "mutation updateSmtpCredential($input: UpdateSmtpCredentialInput!) {"
    f" updateSmtpCredential(input: $input) {{ {_FIELDS} }} }}",
)
DELETE = Document(
    "deleteSmtpCredential",
    "mutation deleteSmtpCredential($id: String!) { deleteSmtpCredential(id: $id) }",
)
VERIFY = Document(
    "verifySmtpCredential",
    "mutation verifySmtpCredential($input: VerifySmtpCredentialInput!) { verifySmtpCredential(input: $input) }",
)

DOCUMENTS: tuple[Document, ...] = (LIST, REVEAL, CREATE, UPDATE, DELETE, VERIFY)
