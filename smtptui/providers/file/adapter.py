"""The adapter of one file of credentials; it makes no requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from smtptui.config.paths import resolve_path
from smtptui.model.capability import PASSWORD_FROM, Consent, ProviderOperation
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ReadOnlyError, SmtptuiError
from smtptui.model.json_value import Json
from smtptui.providers.base import NO_CONSENT, Account, Check, Deletion, ListingEnd, Page, Provider
from smtptui.providers.file import convert
from smtptui.providers.file.capabilities import CAPABILITIES
from smtptui.providers.file.document import FileContents
from smtptui.providers.file.record import Record
from smtptui.providers.file.store import FileStore, write_lock
from smtptui.providers.kit.errors import credential_not_found
from smtptui.secrets.reference import Scheme, parse_reference
from smtptui.secrets.sources import chmod_command


class FileProvider(Provider):
    """One file. Every write reads it, changes one record and replaces it, under a lock."""

    capabilities = CAPABILITIES

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._path = Path(account.get_text("path"))

    @cached_property
    def _store(self) -> FileStore:
        return FileStore(self._path)

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        # Reading and parsing a large file takes long enough to block the event loop.
        document, found = await asyncio.to_thread(self._read_credentials)
        if found:
            yield Page(found, len(found))
        yield ListingEnd(complete=True, note=self._describe(document), absent=document.mode is None)

    async def check(self) -> Check:
        document = self._read()
        writable = not self.account.read_only and os.access(self._path.parent, os.W_OK | os.X_OK)
        reading = {ProviderOperation.LIST, ProviderOperation.CHECK, ProviderOperation.GET}
        return Check(
            login=f"file {printable(str(self._path))}",
            may={operation: operation in reading or writable for operation in CAPABILITIES.operations},
            detail=self._describe(document) or f"{len(document.records)} stored.",
        )

    async def get(self, id: str) -> Credential:
        document = self._read()
        return self._to_credential(self._find(document.records, id, ProviderOperation.GET))

    def check_draft(self, draft: Draft) -> None:
        convert.check_draft(draft)

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        self._require_writable(ProviderOperation.CREATE)
        draft = convert.check_draft(draft)
        draft = replace(draft, native=_with_absolute_reference(draft.native))
        async with write_lock(self._path):
            records = list(self._read().records)
            record = convert.new_record(draft, {item.id for item in records})
            return self._write([*records, record], record)

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        self._require_writable(ProviderOperation.UPDATE)
        convert.check_native(change.native)
        change = replace(change, native=_with_absolute_reference(change.native))
        async with write_lock(self._path):
            document = self._read()
            record = self._find(document.records, id, ProviderOperation.UPDATE)
            present = self._to_credential(record)
            changed = convert.apply_change(record, change, present)
            yours: dict[str, Json] = {
                **change.values,
                **{f"native.{name}": value for name, value in change.native.items()},
            }
            convert.require_current(current, present, yours, ProviderOperation.UPDATE)
            return self._write([changed if item is record else item for item in document.records], changed)

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        self._require_writable(ProviderOperation.DELETE)
        async with write_lock(self._path):
            document = self._read()
            record = self._find(document.records, id, ProviderOperation.DELETE)
            if current is not None:
                present = self._to_credential(record)
                convert.require_current(current, present, {}, ProviderOperation.DELETE)
            self._store.write(item for item in document.records if item is not record)
        return Deletion()

    async def set_default(self, id: str) -> Credential:
        return await self._set(id, "default", True, ProviderOperation.SET_DEFAULT)

    async def set_active(self, id: str, active: bool, *, key: str) -> Credential:
        return await self._set(id, "active", active, ProviderOperation.SET_ACTIVE)

    async def _set(self, id: str, field: str, value: bool, operation: ProviderOperation) -> Credential:
        self._require_writable(operation)
        async with write_lock(self._path):
            records = self._read().records
            record = self._find(records, id, operation)
            changed = replace(record, values={**record.values, field: value})
            return self._write([changed if item is record else item for item in records], changed)

    def _read(self) -> FileContents:
        try:
            return self._store.read()
        except SmtptuiError as error:
            error.account = self.account.name
            raise

    def _read_credentials(self) -> tuple[FileContents, Sequence[Credential]]:
        document = self._read()
        return document, [self._to_credential(record) for record in document.records]

    def _write(self, records: Sequence[Record], record: Record) -> Credential:
        """Write the records. If `record` is the default, no other one stays the default."""
        if record.values.get("default") is True:
            records = convert.set_default(records, record.id)
        try:
            self._store.write(records)
        except SmtptuiError as error:
            error.account, error.id = self.account.name, record.id
            raise
        return self._to_credential(record)

    def _find(self, records: Sequence[Record], id: str, operation: ProviderOperation) -> Record:
        for record in records:
            if record.id == id:
                return record
        raise credential_not_found(self.account.name, id, operation)

    def _to_credential(self, record: Record) -> Credential:
        return convert.to_credential(self.account.name, record, self._path.parent)

    def _describe(self, document: FileContents) -> str:
        if document.mode is None:
            return (
                f"The file {printable(str(self._path))} does not exist yet; the first credential creates it."
            )
        if document.mode & 0o022:
            return (
                f"The file has mode {document.mode:04o}: other users can change which commands its references run. "
                + chmod_command(self._path)
            )
        return ""

    def _require_writable(self, operation: ProviderOperation) -> None:
        if self.account.read_only:
            raise ReadOnlyError(
                f"{printable(self.account.name)} is read-only. Nothing was written.",
                account=self.account.name,
                operation=operation,
            )


def _with_absolute_reference(native: Mapping[str, Json]) -> Mapping[str, Json]:
    """Resolve a relative `file:` reference against the working directory, not the directory of the file."""
    text = native.get(PASSWORD_FROM)
    if not isinstance(text, str) or not text.startswith(f"{Scheme.FILE}:"):
        return native
    reference = parse_reference(text)
    return {**native, PASSWORD_FROM: f"{Scheme.FILE}:{resolve_path(reference.body, Path.cwd())}"}
