"""`smtptui list`: as a table an account, as one JSON document, or as CSV."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Protocol

from smtptui.cli.framework.exit_status import deciding, of_items
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.output import Streams
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.columns import width_of
from smtptui.cli.render.credentials import Row, list_lines, list_row
from smtptui.cli.render.csv_out import HEADER, csv_line, csv_row
from smtptui.cli.render.errors import tell_error
from smtptui.cli.render.json_out import StreamedEnvelope
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, UsageError
from smtptui.model.timestamps import age, spoken
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ItemFailed
from smtptui.workspace.credentials.list import list_credentials


class Paper(Protocol):
    """A way to write a listing down."""

    def credentials(self, credentials: Sequence[Credential]) -> None: ...

    def account(self, account: AccountRead) -> None: ...

    def end(self, error: SmtptuiError | None) -> None: ...


def run(call: Call) -> int:
    if call.json and call.flag("csv"):
        raise UsageError("--json and --csv exclude each other.", hint="Say one of them.")
    return INTERRUPTS.run(_list(call))


async def _list(call: Call) -> int:
    async with opened(call) as ws:
        selection = ws.select(call.words("selectors"))
        paper = _paper(call, ws.now)
        errors: list[SmtptuiError] = []
        read = shown = 0
        try:
            async with aclosing(list_credentials(ws, selection, cached=call.flag("cached"))) as events:
                async for event in events:
                    if isinstance(event, CredentialsRead):
                        shown += len(event.credentials)
                        paper.credentials(event.credentials)
                        call.streams.stop_when_unread()
                        call.streams.progress(f"{shown} credentials …")
                    elif isinstance(event, ItemFailed):
                        errors.append(event.error)
                        tell_error(call.streams, event.error)
                    elif isinstance(event, AccountRead):
                        if event.error is None:
                            read += 1
                        else:
                            errors.append(event.error)
                        paper.account(event)
                        _remark(call.streams, event, ws.now())
        except BaseException as stopped:
            call.streams.progress("")
            _close_after(paper, stopped)
            raise
        call.streams.progress("")
        nothing = bool(errors) and shown == 0 and (read == 0 or bool(selection.addresses))
        paper.end(deciding(errors) if nothing else None)
        return of_items(errors, some_done=not nothing)


def _close_after(paper: Paper, stopped: BaseException) -> None:
    """A JSON document that was begun is ended, so that it stays one document."""
    if isinstance(paper, JsonPaper) and paper.envelope.begun:
        error = stopped if isinstance(stopped, SmtptuiError) else SmtptuiError("The listing was stopped.")
        paper.end(error)


def _paper(call: Call, now: Callable[[], datetime]) -> Paper:
    if call.json:
        return JsonPaper(call.streams)
    if call.flag("csv"):
        return CsvPaper(call.streams)
    return TablePaper(call.streams, now)


class JsonPaper:
    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self.envelope = StreamedEnvelope(streams, "credentials")
        self._accounts: list[AccountRead] = []

    def credentials(self, credentials: Sequence[Credential]) -> None:
        for item in credentials:
            self.envelope.add(item.to_json())
        self._streams.flush()

    def account(self, account: AccountRead) -> None:
        self._accounts.append(account)

    def end(self, error: SmtptuiError | None) -> None:
        rest: dict[str, object] = {"accounts": [item.to_json() for item in self._accounts]}
        if error is not None:
            rest["error"] = error.to_json()
        self.envelope.close(rest)


class CsvPaper:
    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        streams.out(csv_line(HEADER))

    def credentials(self, credentials: Sequence[Credential]) -> None:
        for item in credentials:
            self._streams.out(csv_line(csv_row(item)))
        self._streams.flush()

    def account(self, account: AccountRead) -> None:
        """A spreadsheet has no place for it; stderr tells."""

    def end(self, error: SmtptuiError | None) -> None:
        self._streams.flush()


class TablePaper:
    """One table an account, written when the account is read: its rows decide its widths."""

    def __init__(self, streams: Streams, now: Callable[[], datetime]) -> None:
        self._streams = streams
        self._now = now
        self._rows: dict[str, list[Row]] = {}
        self._tables = 0

    def credentials(self, credentials: Sequence[Credential]) -> None:
        now = self._now()
        for item in credentials:
            self._rows.setdefault(item.account, []).append(list_row(item, now))

    def account(self, account: AccountRead) -> None:
        rows = self._rows.pop(account.account, [])
        if not rows:
            if account.error is None:
                self._streams.notice(f"{account.account} ({account.provider}): nothing to show.")
            return
        if self._tables:
            self._streams.line()
        self._tables += 1
        self._streams.line(f"{account.account} ({account.provider}), {len(rows)}")
        for line in list_lines(rows, width_of(sys.stdout)):
            self._streams.line(line)
        self._streams.flush()
        self._streams.stop_when_unread()

    def end(self, error: SmtptuiError | None) -> None:
        self._streams.flush()


def _remark(streams: Streams, account: AccountRead, now: datetime) -> None:
    if account.error is not None:
        tell_error(streams, account.error)
        return
    remarks = []
    if account.stale_since:
        span = age(account.stale_since, now)
        remarks.append(f"read {spoken(span)} ago" if span is not None else f"read at {account.stale_since}")
    if not account.complete:
        remarks.append("not complete")
    if account.note:
        remarks.append(account.note)
    if remarks:
        streams.notice(f"Note: {account.account}: {'; '.join(remarks)}")
