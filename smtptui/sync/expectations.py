"""What a step expects to find at the target, and where what is found differs from it."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.capability import Access, Capabilities
from smtptui.model.credential import Credential
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.model.identity import Identity, identity_of
from smtptui.model.json_value import Json
from smtptui.model.verification import Status
from smtptui.sync.native import NATIVE_PREFIX, accepts_native, without_nulls
from smtptui.sync.plan import Expectation

DEFAULT_FIELD = "default"
"""A field that another step of the same plan may change."""


def comparable_fields(
    capabilities: Capabilities, record: Credential, *, include_default: bool = False
) -> dict[str, Json]:
    """The wanted fields of a record as it was read, native ones as `native.KEY`.

    `moves` takes in `default`: for what moves it, and for a delete, which may not take the default along unasked.
    """
    fields: dict[str, Json] = {}
    for field in PLAIN_WRITABLE_FIELDS:
        capability = capabilities.for_field(field.name)
        if capability.access in (Access.ABSENT, Access.COERCED) or (
            field.name == DEFAULT_FIELD and not include_default
        ):
            continue
        # The one record that cannot be read back is compared with what was last written.
        if capability.readable or capabilities.single_record:
            fields[field.name] = record.get(field.name)
    for name, value in record.native.items():
        if accepts_native(capabilities, name):
            fields[NATIVE_PREFIX + name] = without_nulls(value)
    return fields


def expect_stored(
    capabilities: Capabilities, record: Credential, *, include_default: bool = False
) -> Expectation:
    """The expectation of a step that finds this record."""
    return Expectation(
        fields=comparable_fields(capabilities, record, include_default=include_default),
        version=record.version,
        checkable=not capabilities.single_record,
    )


def expect_absent(wanted: Identity, *, sender_readable: bool) -> Expectation:
    """The expectation of a step that finds no record of the identity."""
    names = wanted._asdict()
    if not sender_readable:
        del names["from_email"]
    return Expectation(absent=names)


def expect_source(record: Credential, *, verified: bool = False) -> dict[str, Json]:
    """What a step expects of its source: that login, and where it stands for what is deleted, that it works."""
    status: dict[str, Json] = {"status": str(Status.VERIFIED)} if verified else {}
    return {**identity_of(record)._asdict(), **status}


def find_source_differences(expected: Mapping[str, Json], record: Credential) -> tuple[str, ...]:
    """Where the source of a step is no longer as expected."""
    now = {**identity_of(record)._asdict(), "status": str(record.verification.summary)}
    return tuple(name for name, value in expected.items() if now.get(name) != value)


def find_differences(expected: Mapping[str, Json], record: Credential) -> tuple[str, ...]:
    """The expected fields that the record has by now with another value; a native field it was read without counts not."""
    return tuple(
        name
        for name, value in expected.items()
        if (not name.startswith(NATIVE_PREFIX) or name.removeprefix(NATIVE_PREFIX) in record.native)
        and field_value(record, name) != value
    )


def field_value(record: Credential, name: str) -> Json:
    """A field by the name that a plan calls it."""
    if name.startswith(NATIVE_PREFIX):
        return without_nulls(record.native.get(name.removeprefix(NATIVE_PREFIX)))
    value: Json = record.get(name)
    return value
