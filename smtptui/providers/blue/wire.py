"""Blue's GraphQL documents and types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from smtptui.net.graphql import Document

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


class SmtpCredential(TypedDict, total=False):
    """The type `SmtpCredential`, without its password. Times are ISO 8601 with milliseconds and Z."""

    id: str
    uid: str
    host: str | None
    port: int | None
    username: str | None
    senderName: str | None
    senderEmail: str | None
    verifiedAt: str | None
    createdAt: str | None
    updatedAt: str | None


class CreateInput(TypedDict, total=False):
    """`CreateSmtpCredentialInput`; `companyId` is an ID or slug."""

    companyId: str
    host: str
    port: int
    username: str
    password: str
    senderName: str
    senderEmail: str


class UpdateInput(TypedDict, total=False):
    """`UpdateSmtpCredentialInput`: only the given keys change; a null password clears it."""

    id: str
    host: str
    port: int
    username: str
    password: str | None
    senderName: str | None
    senderEmail: str | None


Data = Mapping[str, Any]
"""The `data` of a response."""
