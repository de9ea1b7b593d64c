"""`smtptui list`: as a table an account, as one JSON document, or as CSV."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Protocol

from smtptui.cli.framework.exit_status import most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.output import Output
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.credentials import ListRow, list_lines, list_row
from smtptui.cli.render.csv_out import HEADER, csv_line, csv_row
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import StreamedEnvelope
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, UsageError
from smtptui.model.timestamps import age_at, format_age
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead
from smtptui.workspace.credentials.list import list_credentials


class Writer(Protocol):
    """A way to write a listing down."""

    def write_credentials(self, credentials: Sequence[Credential]) -> None: ...

    def write_account(self, account: AccountRead) -> None: ...

    def close(self, error: SmtptuiError | None) -> None: ...


def run(call: Invocation) -> int:
    if call.is_json and call.flag("csv"):
        raise UsageError("--json and --csv exclude each other.", hint="Say one of them.")
    return INTERRUPTS.run(_list(call))


async def _list(call: Invocation) -> int:
    async with open_workspace(call) as ws:
        selection = ws.select(call.words("selectors"))
        paper = _make_writer(call, ws.now)
        errors: list[SmtptuiError] = []
        read = shown = 0
        try:
            async with aclosing(list_credentials(ws, selection, cached=call.flag("cached"))) as events:
                async for event in events:
                    if isinstance(event, CredentialsRead):
                        shown += len(event.credentials)
                        paper.write_credentials(event.credentials)
                        call.output.raise_if_unread()
                        call.output.show_progress(f"{shown} credentials …")
                    elif isinstance(event, ItemFailed):
                        errors.append(event.error)
                        print_error(call.output, event.error)
                    elif isinstance(event, AccountRead):
                        if event.error is None:
                            read += 1
                        else:
                            errors.append(event.error)
                        paper.write_account(event)
                        _note_account(call.output, event, ws.now())
        except BaseException as stopped:
            call.output.show_progress("")
            _close_after(paper, stopped)
            raise
        call.output.show_progress("")
        nothing = bool(errors) and shown == 0 and (read == 0 or bool(selection.addresses))
        paper.close(most_severe_error(errors) if nothing else None)
        return status_of_items(errors, has_successes=not nothing)


def _close_after(paper: Writer, stopped: BaseException) -> None:
    """A JSON document that was begun is ended, so that it stays one document."""
    if isinstance(paper, JsonWriter) and paper.envelope.is_begun:
        error = stopped if isinstance(stopped, SmtptuiError) else SmtptuiError("The listing was stopped.")
        paper.close(error)


def _make_writer(call: Invocation, now: Callable[[], datetime]) -> Writer:
    if call.is_json:
        return JsonWriter(call.output)
    if call.flag("csv"):
        return CsvWriter(call.output)
    return TableWriter(call.output, now)


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
        """A spreadsheet has no place for it; stderr tells."""

    def close(self, error: SmtptuiError | None) -> None:
        self._output.flush()


class TableWriter:
    """One table an account, written when the account is read: its rows decide its widths."""

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


def _note_account(streams: Output, account: AccountRead, now: datetime) -> None:
    if account.error is not None:
        print_error(streams, account.error)
        return
    remarks = []
    if account.stale_since:
        span = age_at(account.stale_since, now)
        remarks.append(
            f"read {format_age(span)} ago" if span is not None else f"read at {account.stale_since}"
        )
    if not account.complete:
        remarks.append("not complete")
    if account.note:
        remarks.append(account.note)
    if remarks:
        streams.note(f"Note: {account.account}: {'; '.join(remarks)}")
