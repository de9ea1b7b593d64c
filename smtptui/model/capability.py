"""What a provider can read, write and do, field by field; known without a network call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from smtptui.model.json_value import Json


class Access(StrEnum):
    READ_WRITE = "read-write"
    READ_ONLY = "read-only"
    WRITE_ONLY = "write-only"
    CREATE_ONLY = "create-only"
    ABSENT = "absent"
    COERCED = "coerced"
    """Stored as something else, or decided by another field; the note says how."""


class ProviderOperation(StrEnum):
    LIST = "list"
    CHECK = "check"
    GET = "get"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REVEAL = "reveal"
    VERIFY_DRAFT = "verify_draft"
    VERIFY_STORED = "verify_stored"
    SET_DEFAULT = "set_default"
    SET_ACTIVE = "set_active"


class Consent(StrEnum):
    OVERWRITE_UNKNOWN = "overwrite-unknown"
    """Write over a record that nobody can read back."""
    SEND_MAIL = "send-mail"
    """Verify by a real mail to a real person."""


class PasswordUpdate(StrEnum):
    KEEP = "keep"
    CLEAR = "clear"
    SET = "set"


@dataclass(frozen=True, slots=True)
class FieldCapability:
    """How a provider treats one field.

    `readable`: a stored value can be read back. `required`: a create must contain it.
    `clearable`: an update may empty it. A limit of None leaves the field table's limit in force.
    """

    access: Access
    note: str = ""
    readable: bool = True
    required: bool = False
    clearable: bool = True
    max_length: int | None = None
    choices: tuple[str, ...] | None = None

    @property
    def can_set_on_create(self) -> bool:
        return self.access in (Access.READ_WRITE, Access.WRITE_ONLY, Access.CREATE_ONLY, Access.COERCED)

    @property
    def can_set_on_update(self) -> bool:
        return self.access in (Access.READ_WRITE, Access.WRITE_ONLY, Access.COERCED)

    def to_json(self) -> dict[str, Json]:
        return {
            "access": str(self.access),
            "note": self.note,
            "readable": self.readable,
            "required": self.required,
            "clearable": self.clearable,
            "max_length": self.max_length,
            "choices": list(self.choices) if self.choices is not None else None,
        }


ABSENT = FieldCapability(Access.ABSENT, readable=False)
READ_ONLY = FieldCapability(Access.READ_ONLY)
READ_WRITE = FieldCapability(Access.READ_WRITE)


@dataclass(frozen=True, slots=True)
class NativeField:
    """A field only this provider has. `wanted`: users may set it, and it round-trips; others are only shown."""

    name: str
    help: str
    wanted: bool

    def to_json(self) -> dict[str, Json]:
        return {"help": self.help, "wanted": self.wanted}


PASSWORD_FROM = "password_from"  # noqa: S105
"""The native field in which a provider `at_rest` keeps the reference to a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """One provider's capabilities. A field that is not listed is absent.

    `whole_record`: every write sends the whole record, so an update needs the password.
    `verify_sends_mail`: verifying a stored record sends a real mail and needs consent.
    `verify_writes`: verifying changes the record at the provider (a new verification time).
    `delete_consequence`: what a deletion causes, shown before it.
    `empty_note`: what an empty list may also mean.
    `any_native`: stores native fields of any name; all of them can be set and round-trip.
    `at_rest`: the records are stored, not used for sending, so there is nothing to verify; a record contains the
    reference to its password, as the native field `PASSWORD_FROM`.
    """

    provider: str
    title: str
    fields: Mapping[str, FieldCapability]
    operations: frozenset[ProviderOperation]
    password_updates: frozenset[PasswordUpdate] = frozenset({PasswordUpdate.KEEP, PasswordUpdate.SET})
    native: tuple[NativeField, ...] = ()
    single_record: bool = False
    whole_record: bool = False
    verify_sends_mail: bool = False
    verify_writes: bool = False
    idempotent_create: bool = False
    resends_password_on: frozenset[str] = field(default_factory=frozenset)
    delete_consequence: str = ""
    empty_note: str = ""
    any_native: bool = False
    at_rest: bool = False

    def for_field(self, name: str) -> FieldCapability:
        return self.fields.get(name, ABSENT)

    @property
    def can_verify_without_mail(self) -> bool:
        """Whether the provider verifies a stored record without sending mail."""
        return self.can(ProviderOperation.VERIFY_STORED) and not self.verify_sends_mail

    def can(self, operation: ProviderOperation) -> bool:
        return operation in self.operations

    def to_json(self) -> dict[str, Json]:
        from smtptui.model.fields import WRITABLE_FIELDS

        return {
            "provider": self.provider,
            "title": self.title,
            "fields": {spec.name: self.for_field(spec.name).to_json() for spec in WRITABLE_FIELDS},
            "native": {item.name: item.to_json() for item in self.native},
            "operations": sorted(self.operations),
            "password_updates": sorted(self.password_updates),
            "single_record": self.single_record,
            "whole_record": self.whole_record,
            "verify_sends_mail": self.verify_sends_mail,
            "verify_writes": self.verify_writes,
            "delete_consequence": self.delete_consequence,
            "empty_note": self.empty_note,
            "any_native": self.any_native,
            "at_rest": self.at_rest,
        }
