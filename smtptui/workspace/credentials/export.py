"""Copy credentials into a file of the provider `file`: everything wanted, references in place of passwords."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from smtptui.config.atomic import NotRegularFileError, require_regular_file
from smtptui.model.capability import PASSWORD_FROM
from smtptui.model.change import Value
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ConsentMissingError
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.model.json_value import Json
from smtptui.model.selector import SelectorQuery
from smtptui.providers.file.document import find_native_name_problem, serialize
from smtptui.providers.file.record import Record, derive_id, find_free_id, find_id_problem
from smtptui.providers.file.store import not_regular_file_error, write_file, write_lock
from smtptui.sync.native import collect_native
from smtptui.workspace.core.capabilities import provider_capabilities
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ItemFailed, ListEvent
from smtptui.workspace.credentials.list import list_credentials


@dataclass(frozen=True, slots=True)
class OmittedRecord:
    """A credential that a file cannot stand for, and why."""

    address: str
    reason: str

    def to_json(self) -> dict[str, Json]:
        return {"address": self.address, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Exported:
    """The file is written. `addresses` are those the credentials have where they were read."""

    path: Path
    addresses: Sequence[str]
    omitted: Sequence[OmittedRecord]


ExportEvent: TypeAlias = ListEvent | Exported


async def export(
    ws: Workspace, path: Path, selection: SelectorQuery, *, overwrite: bool = False
) -> AsyncGenerator[ExportEvent, None]:
    """Read what the selection picks and write it to a file; the last event is Exported.

    Where nothing could be read no file is written, and there is no such event. An account that could not be
    read has its error in its AccountRead; the others are written. Raises ConsentMissingError where a file is
    there and `overwrite` was not agreed to, LockedError, UnavailableError.
    """
    refuse_existing_file(path, overwrite=overwrite)
    picked: list[Credential] = []
    failed = False
    async with aclosing(list_credentials(ws, selection)) as events:
        async for event in events:
            if isinstance(event, CredentialsRead):
                picked += event.credentials
            failed |= isinstance(event, ItemFailed)
            failed |= isinstance(event, AccountRead) and event.error is not None
            yield event
    if failed and not picked:
        return
    references = {item.address: text for item in picked if (text := ws.password_reference(item)) is not None}
    async with write_lock(path):
        refuse_existing_file(path, overwrite=overwrite)
        left_out = write_credentials_file(path, picked, references)
    absent = {item.address for item in left_out}
    yield Exported(path, [item.address for item in picked if item.address not in absent], left_out)


def refuse_existing_file(path: Path, *, overwrite: bool) -> None:
    """Raises ConsentMissingError where a file is that nobody agreed to replace, UsageError for what is no file."""
    try:
        require_regular_file(path)
    except NotRegularFileError as problem:
        raise not_regular_file_error(path, problem) from None
    except OSError:
        # Whether it can be written is told when it is.
        pass
    if not overwrite and (path.exists() or path.is_symlink()):
        raise ConsentMissingError(
            f"There is already a file {printable(str(path))}.",
            operation="export",
            hint="Name another file, or say --yes to replace it.",
        )


def write_credentials_file(
    path: Path, credentials: Iterable[Credential], references: Mapping[str, str]
) -> Sequence[OmittedRecord]:
    """Write credentials to a file, whole or not at all, mode 0600; returns those that a file cannot stand for.

    `references` are the references to their passwords by address; one that holds the password is left out.
    The directory, private, is made where it is missing. Raises UnavailableError.
    """
    kept: list[Credential] = []
    left_out: list[OmittedRecord] = []
    for item in credentials:
        if reason := _omission_reason(item):
            left_out.append(OmittedRecord(item.address, reason))
        else:
            kept.append(item)
    write_file(path, serialize(_build_records(kept, references)))
    return left_out


def _omission_reason(item: Credential) -> str | None:
    if item.auth == "oauth":
        return "it is an OAuth account, whose login only its provider holds"
    if not item.host:
        return "it has no server"
    return None


def _build_records(credentials: Sequence[Credential], references: Mapping[str, str]) -> list[Record]:
    """Ids stay what they are where they are unlike; two accounts that use the same one put their names before."""
    times = Counter(item.id for item in credentials)
    records: list[Record] = []
    taken: set[str] = set()
    for item in credentials:
        values = _plain_values(item)
        wanted = item.id if times[item.id] == 1 else f"{item.account}-{item.id}"
        id = derive_id(values, taken) if find_id_problem(wanted) else find_free_id(wanted, taken)
        taken.add(id)
        records.append(Record(id, values, _native_values(item, references.get(item.address))))
    return records


def _plain_values(item: Credential) -> dict[str, Value]:
    return {
        field.name: value
        for field in PLAIN_WRITABLE_FIELDS
        if (value := item.get(field.name)) is not None and value != ""
    }


def _native_values(item: Credential, reference: str | None) -> dict[str, Json]:
    native = {
        name: value
        for name, value in collect_native(provider_capabilities(item.provider), item).items()
        if not find_native_name_problem(name)
    }
    if reference is not None and not reference.startswith("inline:"):
        native[PASSWORD_FROM] = reference
    return native
