"""`smtptui audit`: what was never verified, too long ago, or is otherwise wrong; as a table, JSON, CSV or Markdown."""

from __future__ import annotations

import gc
import sys
from contextlib import aclosing

from smtptui.audit.report import Report
from smtptui.cli.framework.exit_status import Status, combined, deciding, of_items
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.audit import CSV_HEADER, csv_cells, json_text, markdown_lines, table_lines
from smtptui.cli.render.columns import width_of
from smtptui.cli.render.csv_out import csv_line
from smtptui.cli.render.errors import tell_error
from smtptui.model.errors import SmtptuiError, UsageError
from smtptui.workspace.audit.audit import Examined, NotThere, age_limit, audit, severity

FORMS = ("json", "csv", "markdown")


def run(call: Call) -> int:
    asked = [f"--{form}" for form in FORMS if call.flag(form)]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} exclude each other.", hint="Say one of them.")
    # Nothing that an audit holds is garbage before its end: the collector need not look at it over and over.
    gc.freeze()
    gc.set_threshold(200_000)
    return INTERRUPTS.run(_audit(call))


async def _audit(call: Call) -> int:
    fail_on = severity(call.text("fail_on") or "error")
    limit = call.text("max_age")
    max_age = age_limit(limit) if limit is not None else None
    report: Report | None = None
    errors: list[SmtptuiError] = []
    async with opened(call) as ws:
        selection = ws.select(call.words("selectors"))
        cached = call.flag("cached")
        async with aclosing(audit(ws, selection, cached=cached, max_age=max_age)) as events:
            async for event in events:
                if isinstance(event, Examined):
                    call.streams.progress(f"{event.credentials} credentials …")
                elif isinstance(event, NotThere):
                    errors.append(event.error)
                    tell_error(call.streams, event.error)
                else:
                    report = event
        call.streams.progress("")
        assert report is not None
        seen = any(item.error is None for item in report.coverage)
        nothing = bool(errors) and (not seen or (bool(selection.addresses) and not report.credentials))
        _write(call, report, deciding(errors) if nothing else None)
    verdict = Status.ANSWERED_NO if report.reaches(fail_on) else Status.DONE
    return combined([of_items(errors, some_done=not nothing), verdict])


def _write(call: Call, report: Report, error: SmtptuiError | None) -> None:
    streams = call.streams
    if call.json:
        streams.out(json_text(report, error.to_json() if error is not None else None))
    elif call.flag("csv"):
        streams.out(csv_line(CSV_HEADER))
        for finding in report.findings:
            streams.out(csv_line(csv_cells(finding)))
    else:
        width = width_of(sys.stdout)
        for line in markdown_lines(report) if call.flag("markdown") else table_lines(report, width):
            streams.line(line)
    if not call.json and not call.flag("markdown"):
        for item in report.coverage:
            if item.error is None and (not item.complete or item.note):
                what = "not looked at whole" if not item.complete else "note"
                streams.warn(f"{item.account}: {what}{': ' + item.note if item.note else '.'}")
    streams.flush()
