"""Every field of a credential, declared once.

Forms, command-line options, JSON keys, CSV columns, diffs, the documentation table and redaction are derived
from this table. Its order is the order of the JSON keys.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class FieldKind(StrEnum):
    """The type of a value; decides parsing, validation and the form widget."""

    TEXT = "text"
    HOST = "host"
    PORT = "port"
    EMAIL = "email"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    SECRET = "secret"  # noqa: S105
    OBJECT = "object"


class FieldRole(StrEnum):
    """The role of a field.

    `identity` distinguishes credentials; `desired` is content users set; `secret` is the password; `computed` is
    derived by the provider or by us and ignored when credentials are compared.
    """

    IDENTITY = "identity"
    DESIRED = "desired"
    SECRET = "secret"  # noqa: S105
    COMPUTED = "computed"


class Field(NamedTuple):
    """One field: its JSON key, label, help, and the limits that hold at every provider."""

    name: str
    label: str
    help: str
    kind: FieldKind
    role: FieldRole
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None

    @property
    def option(self) -> str:
        """The command-line option that sets the field."""
        return "--" + self.name.replace("_", "-")

    @property
    def is_writable(self) -> bool:
        """Whether users may set the field (a provider may still refuse it)."""
        return self.role is not FieldRole.COMPUTED


SECURITY_MODES = ("tls", "starttls", "none")
AUTH_METHODS = ("password", "none", "oauth")

# fmt: off
FIELDS: tuple[Field, ...] = (
    Field("account", "Account", "The configured login the credential is stored under.",
        FieldKind.TEXT, FieldRole.COMPUTED),
    Field("provider", "Provider", "The dialect of the account.",
        FieldKind.TEXT, FieldRole.COMPUTED),
    Field("id", "ID", "The provider's own identifier of the record.",
        FieldKind.TEXT, FieldRole.COMPUTED),
    Field("name", "Name", "Name of the record at the provider.",
        FieldKind.TEXT, FieldRole.DESIRED, max_length=255),
    Field("host", "Host", "Host name or address of the SMTP server.",
        FieldKind.HOST, FieldRole.IDENTITY, max_length=253),
    Field("port", "Port", "TCP port of the SMTP server.",
        FieldKind.PORT, FieldRole.IDENTITY, minimum=1, maximum=65535),
    Field("security", "Security", "tls: TLS from the start (RFC 8314); starttls: upgraded before login (RFC 3207); none: clear text.",
        FieldKind.CHOICE, FieldRole.DESIRED, choices=SECURITY_MODES),
    Field("security_inferred", "Security inferred", "Whether the security mode was inferred from the port, because the provider stores none.",
        FieldKind.BOOLEAN, FieldRole.COMPUTED),
    Field("auth", "Authentication", "password: SMTP AUTH; none: relay by address; oauth: held by the provider.",
        FieldKind.CHOICE, FieldRole.DESIRED, choices=AUTH_METHODS),
    Field("username", "Username", "User name for SMTP AUTH.",
        FieldKind.TEXT, FieldRole.IDENTITY, max_length=255),
    Field("password", "Password", "What is known about the stored password; never the password.",
        FieldKind.SECRET, FieldRole.SECRET),
    Field("from_email", "From address", "Sender address of outgoing mail.",
        FieldKind.EMAIL, FieldRole.DESIRED, max_length=255),
    Field("from_name", "From name", "Sender name of outgoing mail.",
        FieldKind.TEXT, FieldRole.DESIRED, max_length=255),
    Field("reply_to_email", "Reply-To address", "Address that replies go to.",
        FieldKind.EMAIL, FieldRole.DESIRED, max_length=255),
    Field("reply_to_name", "Reply-To name", "Name shown for replies.",
        FieldKind.TEXT, FieldRole.DESIRED, max_length=255),
    Field("envelope_from", "Envelope sender", "MAIL FROM address; bounces go there (RFC 5321).",
        FieldKind.EMAIL, FieldRole.DESIRED, max_length=255),
    Field("default", "Default", "Whether the account sends with this one by default.",
        FieldKind.BOOLEAN, FieldRole.DESIRED),
    Field("active", "Active", "Whether the provider uses the record.",
        FieldKind.BOOLEAN, FieldRole.DESIRED),
    Field("editable", "Editable", "Whether the provider lets this record be changed.",
        FieldKind.BOOLEAN, FieldRole.COMPUTED),
    Field("verification", "Verified", "Whether the credential works, according to whom, and when.",
        FieldKind.OBJECT, FieldRole.COMPUTED),
    Field("created_at", "Created", "When the record was created (RFC 3339, UTC).",
        FieldKind.TIMESTAMP, FieldRole.COMPUTED),
    Field("updated_at", "Updated", "When the record was last changed (RFC 3339, UTC).",
        FieldKind.TIMESTAMP, FieldRole.COMPUTED),
    Field("native", "Native", "Fields that only this provider has.",
        FieldKind.OBJECT, FieldRole.COMPUTED),
)
# fmt: on

FIELDS_BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}

WRITABLE_FIELDS: tuple[Field, ...] = tuple(field for field in FIELDS if field.is_writable)
"""Fields a draft or a change may carry, the password included."""

PLAIN_WRITABLE_FIELDS: tuple[Field, ...] = tuple(
    field for field in WRITABLE_FIELDS if field.role is not FieldRole.SECRET
)
"""Fields a draft or a change carries as plain values."""

PORT_SECURITY: dict[int, str] = {465: "tls", 587: "starttls", 2525: "starttls", 25: "starttls"}


def infer_security(port: int | None) -> str | None:
    """The mode the port stands for by convention; None where there is no convention."""
    return PORT_SECURITY.get(port) if port is not None else None
