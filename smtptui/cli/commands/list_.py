"""`smtptui list`: the credentials as one table per account, one JSON document, or CSV."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import follow
from smtptui.cli.framework.output import Output
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import CACHED, JSON, SELECTORS, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.credentials import ListRow, list_lines, list_row, report_account
from smtptui.cli.render.csv_out import HEADER, csv_line, csv_row
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import StreamedEnvelope
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, UsageError
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ListEvent
from smtptui.workspace.credentials.list import list_credentials

VERB = Verb(
    "list",
    (SELECTORS,),
    (JSON, Option("csv", "--csv", "CSV with one column per field, safe to open in a spreadsheet."), CACHED),
)


class Writer(Protocol):
    """Writes a listing in one format."""

    def write_credentials(self, credentials: Sequence[Credential]) -> None: ...

    def write_account(self, account: AccountRead) -> None: ...

    def close(self, error: SmtptuiError | None) -> None: ...


def run(invocation: Invocation) -> int:
    if invocation.is_json and invocation.flag("csv"):
        raise UsageError("--json and --csv exclude each other.", hint="Use one of them.")
    return INTERRUPTS.run(_list(invocation))


async def _list(invocation: Invocation) -> int:
    output = invocation.output
    async with open_workspace(invocation) as workspace:
        query = workspace.select(invocation.words("selectors"))
        writer = _make_writer(invocation, workspace.now)
        errors: list[SmtptuiError] = []
        read = shown = 0

        def handle(event: ListEvent) -> None:
            nonlocal read, shown
            if isinstance(event, CredentialsRead):
                shown += len(event.credentials)
                writer.write_credentials(event.credentials)
                output.raise_if_unread()
            elif isinstance(event, ItemFailed):
                errors.append(event.error)
                print_error(output, event.error)
            elif isinstance(event, AccountRead):
                if event.error is None:
                    read += 1
                else:
                    errors.append(event.error)
                writer.write_account(event)
                report_account(output, event, workspace.now())

        cached = invocation.flag("cached")
        listing = Operation(lambda _: list_credentials(workspace, query, cached=cached))
        try:
            await follow(invocation, listing, handle, describe=lambda: f"{shown} credentials …")
        except BaseException as stopped:
            _end_document(writer, stopped)
            raise
        has_nothing = bool(errors) and shown == 0 and (read == 0 or bool(query.addresses))
        writer.close(most_severe_error(errors) if has_nothing else None)
        return status_of_items(errors, has_successes=not has_nothing)


def _end_document(writer: Writer, stopped: BaseException) -> None:
    """End a JSON document that was begun, so that stdout still holds one document."""
    if isinstance(writer, JsonWriter) and writer.envelope.is_begun:
        error = stopped if isinstance(stopped, SmtptuiError) else SmtptuiError("The listing was stopped.")
        writer.close(error)


def _make_writer(invocation: Invocation, now: Callable[[], datetime]) -> Writer:
    if invocation.is_json:
        return JsonWriter(invocation.output)
    if invocation.flag("csv"):
        return CsvWriter(invocation.output)
    return TableWriter(invocation.output, now)


class JsonWriter:
    def __init__(self, output: Output) -> None:
        self._output = output
        self.envelope = StreamedEnvelope(output, "credentials")
        self._accounts: list[AccountRead] = []

    def write_credentials(self, credentials: Sequence[Credential]) -> None:
        for item in credentials:
            self.envelope.add(item.to_json())
        self._output.flush()

    def write_account(self, account: AccountRead) -> None:
        self._accounts.append(account)

    def close(self, error: SmtptuiError | None) -> None:
        rest: dict[str, object] = {"accounts": [item.to_json() for item in self._accounts]}
        if error is not None:
            rest["error"] = error.to_json()
        self.envelope.close(rest)


class CsvWriter:
    def __init__(self, output: Output) -> None:
        self._output = output
        output.write(csv_line(HEADER))

    def write_credentials(self, credentials: Sequence[Credential]) -> None:
        for item in credentials:
            self._output.write(csv_line(csv_row(item)))
        self._output.flush()

    def write_account(self, account: AccountRead) -> None:
        """Write nothing: a spreadsheet has no place for it, and stderr has it."""

    def close(self, error: SmtptuiError | None) -> None:
        self._output.flush()


class TableWriter:
    """One table per account, written when the account is read, because its rows decide the widths."""

    def __init__(self, output: Output, now: Callable[[], datetime]) -> None:
        self._output = output
        self._now = now
        self._rows: dict[str, list[ListRow]] = {}
        self._tables = 0

    def write_credentials(self, credentials: Sequence[Credential]) -> None:
        now = self._now()
        for item in credentials:
            self._rows.setdefault(item.account, []).append(list_row(item, now))

    def write_account(self, account: AccountRead) -> None:
        rows = self._rows.pop(account.account, [])
        if not rows:
            if account.error is None:
                self._output.note(f"{account.account} ({account.provider}): nothing to show.")
            return
        if self._tables:
            self._output.write_line()
        self._tables += 1
        self._output.write_line(f"{account.account} ({account.provider}), {len(rows)}")
        for line in list_lines(rows, output_width(sys.stdout)):
            self._output.write_line(line)
        self._output.flush()
        self._output.raise_if_unread()

    def close(self, error: SmtptuiError | None) -> None:
        self._output.flush()
