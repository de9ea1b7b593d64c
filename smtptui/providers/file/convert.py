"""Records of a file to credentials; drafts and changes to records. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from smtptui.model.admission import NOTHING_SENT, admit_change, admit_draft
from smtptui.model.capability import PASSWORD_FROM
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.display import printable
from smtptui.model.errors import ConflictError, InvalidFieldError, UsageError
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS, infer_security
from smtptui.model.json_value import Json
from smtptui.providers.file.capabilities import CAPABILITIES
from smtptui.providers.file.document import (
    find_native_name_problem,
    parse_file_reference,
    resolve_file_reference,
)
from smtptui.providers.file.record import Record, derive_id
from smtptui.providers.file.values import to_toml


def to_credential(account: str, record: Record, directory: Path) -> Credential:
    """Convert a record. Relative references are resolved against `directory`, that of the file."""
    values: dict[str, Any] = dict(record.values)
    inferred = "security" not in values
    if inferred:
        values["security"] = infer_security(values.get("port"))
    if "auth" not in values and values.get("username"):
        values["auth"] = "password"
    native = dict(record.native)
    if PASSWORD_FROM in native:
        native[PASSWORD_FROM] = resolve_file_reference(str(native[PASSWORD_FROM]), directory)
    return Credential(
        account=account,
        provider=CAPABILITIES.provider,
        id=record.id,
        security_inferred=inferred and values["security"] is not None,
        password=PasswordState.ABSENT,
        native=native,
        version=record.version,
        **values,
    )


def check_draft(draft: Draft) -> Draft:
    """Return the draft, if a file can hold it. Raises as `admit_draft` does."""
    draft = admit_draft(CAPABILITIES, draft)
    check_native(draft.native)
    return draft


def new_record(draft: Draft, taken: Collection[str]) -> Record:
    """Build the record of a checked draft, with an id that is not in `taken`."""
    native = {key: value for key, value in draft.native.items() if value is not None}
    return Record(derive_id(draft.values, taken), dict(draft.values), native)


def apply_change(record: Record, change: Change, current: Credential) -> Record:
    """Return the record with a change applied. Raises as `admit_change` does."""
    change = admit_change(CAPABILITIES, change, current)
    values = {**record.values, **change.values}
    native = {**record.native, **change.native}
    return Record(
        record.id,
        {name: value for name, value in values.items() if value is not None},
        {name: value for name, value in native.items() if value is not None},
    )


def set_default(records: Collection[Record], id: str) -> list[Record]:
    """Return the records with this one as the only default."""
    changed: list[Record] = []
    for record in records:
        if record.id == id:
            changed.append(replace(record, values={**record.values, "default": True}))
        elif record.values.get("default") is True:
            rest = {name: value for name, value in record.values.items() if name != "default"}
            changed.append(replace(record, values=rest))
        else:
            changed.append(record)
    return changed


def require_current(read: Credential, present: Credential, yours: Mapping[str, Json], operation: str) -> None:
    """Raise ConflictError with both versions when the record was changed since it was read."""
    if read.version is None or read.version == present.version:
        return
    before, now = _field_values(read), _field_values(present)
    differing = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    raise ConflictError(
        f"{printable(present.address)} was changed by someone else"
        f"{': ' + ', '.join(differing) if differing else ''}. Nothing was written.",
        account=present.account,
        id=present.id,
        operation=operation,
        details={
            "yours": dict(yours),
            "theirs": {name: now.get(name) for name in differing},
            "read": {name: before.get(name) for name in differing},
        },
    )


def _field_values(item: Credential) -> dict[str, Json]:
    plain: dict[str, Json] = {spec.name: item.get(spec.name) for spec in PLAIN_WRITABLE_FIELDS}
    return {**plain, **{f"native.{name}": value for name, value in item.native.items()}}


def check_native(native: Mapping[str, Json]) -> None:
    """Raise InvalidFieldError for a name or value that a file cannot hold, and for an inline password."""
    for name, value in native.items():
        try:
            if name == PASSWORD_FROM and value is not None:
                if not isinstance(value, str):
                    raise UsageError("is not a secret reference.")
                parse_file_reference(value)
            elif reason := find_native_name_problem(name):
                raise UsageError(f"{reason}.")
            else:
                to_toml(value)
        except (ValueError, RecursionError):
            raise InvalidFieldError(
                f"native.{printable(name, 60)} is not JSON. {NOTHING_SENT}",
                field=f"native.{name}",
            ) from None
        except UsageError as problem:
            raise InvalidFieldError(
                f"native.{printable(name, 60)}: {problem.message}",
                field=f"native.{name}",
                hint=f"{problem.hint} {NOTHING_SENT}".strip(),
            ) from None
