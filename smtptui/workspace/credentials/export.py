"""Export credentials to a file of the provider `file`, with references instead of passwords."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

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
from smtptui.workspace.core.configuration import provider_capabilities
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ListEvent
from smtptui.workspace.credentials.list import list_credentials


class OmittedRecord(NamedTuple):
    """A credential that a file cannot represent, and why."""

    address: str
    reason: str

    def to_json(self) -> dict[str, Json]:
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Exported:
    """The file is written. `addresses` are those of the exported credentials at their providers."""

    path: Path
    addresses: Sequence[str]
    omitted: Sequence[OmittedRecord]


ExportEvent: TypeAlias = ListEvent | Exported


async def export(
    ws: Workspace, path: Path, query: SelectorQuery, *, overwrite: bool = False
) -> AsyncGenerator[ExportEvent, None]:
    """List the selected credentials and write them to a file; the last event is Exported.

    An account that cannot be read has its error in its AccountRead; the others are written. If nothing can be read,
    no file is written and there is no Exported. Raises ConsentMissingError where a file exists without `overwrite`,
    LockedError, UnavailableError.
    """
    refuse_existing_file(path, overwrite=overwrite)
    credentials: list[Credential] = []
    failed = False
    async with aclosing(list_credentials(ws, query)) as events:
        async for event in events:
            if isinstance(event, CredentialsRead):
                credentials += event.credentials
            failed |= isinstance(event, ItemFailed)
            failed |= isinstance(event, AccountRead) and event.error is not None
            yield event
    if failed and not credentials:
        return
    references = {
        item.address: text for item in credentials if (text := ws.password_reference(item)) is not None
    }
    async with write_lock(path):
        refuse_existing_file(path, overwrite=overwrite)
        omitted = write_credentials_file(path, credentials, references)
    absent = {item.address for item in omitted}
    yield Exported(path, [item.address for item in credentials if item.address not in absent], omitted)


def refuse_existing_file(path: Path, *, overwrite: bool) -> None:
    """Raise ConsentMissingError for an existing file without `overwrite`, UsageError for what is no regular file."""
    try:
        require_regular_file(path)
    except NotRegularFileError as problem:
        raise not_regular_file_error(path, problem) from None
    except OSError:
        # Writing it reports what is wrong.
        pass
    if not overwrite and (path.exists() or path.is_symlink()):
        raise ConsentMissingError(
            f"The file {printable(str(path))} exists.",
            operation="export",
            hint="Choose another file, or use --yes to replace it.",
        )


def write_credentials_file(
    path: Path, credentials: Iterable[Credential], references: Mapping[str, str]
) -> Sequence[OmittedRecord]:
    """Write credentials to a file, atomically, mode 0600; return those that a file cannot represent.

    `references` are password references by address; those that contain the password are left out. Creates a private
    directory where it is missing. Raises UnavailableError.
    """
    written: list[Credential] = []
    omitted: list[OmittedRecord] = []
    for item in credentials:
        if reason := _omission_reason(item):
            omitted.append(OmittedRecord(item.address, reason))
        else:
            written.append(item)
    write_file(path, serialize(_build_records(written, references)))
    return omitted


def _omission_reason(item: Credential) -> str | None:
    if item.auth == "oauth":
        return "it uses OAuth, and only its provider has the login"
    if not item.host:
        return "it has no host"
    return None


def _build_records(credentials: Sequence[Credential], references: Mapping[str, str]) -> list[Record]:
    """Build the records. An id that occurs in two accounts gets the account's name as a prefix."""
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
