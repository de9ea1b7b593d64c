"""What a step expects to find just before it is executed, and how a record that is found differs from that."""

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
"""Not compared unless asked for: another step of the same plan may move it."""


def comparable_fields(
    capabilities: Capabilities, record: Credential, *, include_default: bool = False
) -> dict[str, Json]:
    """Return the writable fields of a record that can be compared later, native ones as `native.KEY`.

    Steps that move the default include it, and deletes do: they must not remove the default unasked.
    """
    fields: dict[str, Json] = {}
    for field in PLAIN_WRITABLE_FIELDS:
        capability = capabilities.for_field(field.name)
        if capability.access in (Access.ABSENT, Access.COERCED):
            continue
        if field.name == DEFAULT_FIELD and not include_default:
            continue
        # A single record that cannot be read back is compared with what was last written.
        if capability.readable or capabilities.single_record:
            fields[field.name] = record.get(field.name)
    for name, value in record.native.items():
        if accepts_native(capabilities, name):
            fields[NATIVE_PREFIX + name] = without_nulls(value)
    return fields


def expect_stored(
    capabilities: Capabilities, record: Credential, *, include_default: bool = False
) -> Expectation:
    """Expect to find this record unchanged."""
    return Expectation(
        fields=comparable_fields(capabilities, record, include_default=include_default),
        version=record.version,
        checkable=not capabilities.single_record,
    )


def expect_absent(key: Identity, *, sender_readable: bool) -> Expectation:
    """Expect to find no record of this identity."""
    names = key._asdict()
    if not sender_readable:
        del names["from_email"]
    return Expectation(absent=names)


def expect_source(record: Credential, *, verified: bool = False) -> dict[str, Json]:
    """Expect this login at the step's source; a step that deletes the other copy expects it to be verified too."""
    status: dict[str, Json] = {"status": str(Status.VERIFIED)} if verified else {}
    return {**identity_of(record)._asdict(), **status}


def find_source_differences(expected: Mapping[str, Json], record: Credential) -> tuple[str, ...]:
    """Return the names in which a step's source is no longer as expected."""
    now = {**identity_of(record)._asdict(), "status": str(record.verification.summary)}
    return tuple(name for name, value in expected.items() if now.get(name) != value)


def find_differences(expected: Mapping[str, Json], record: Credential) -> tuple[str, ...]:
    """Return the expected fields that have another value in the record.

    A native field that the record was read without is not compared.
    """
    return tuple(
        name
        for name, value in expected.items()
        if (not name.startswith(NATIVE_PREFIX) or name.removeprefix(NATIVE_PREFIX) in record.native)
        and field_value(record, name) != value
    )


def field_value(record: Credential, name: str) -> Json:
    """Return the value of a field by its name in a plan."""
    if name.startswith(NATIVE_PREFIX):
        return without_nulls(record.native.get(name.removeprefix(NATIVE_PREFIX)))
    value: Json = record.get(name)
    return value
