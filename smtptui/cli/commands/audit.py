"""`smtptui audit`: what was never verified, too long ago, or is otherwise wrong; as a table, JSON, CSV or Markdown."""

from __future__ import annotations

import gc
import sys
from contextlib import aclosing

from smtptui.audit.report import AuditReport
from smtptui.cli.framework.exit_status import ExitStatus, combine, most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.audit import CSV_HEADER, csv_cells, json_text, markdown_lines, table_lines
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.csv_out import csv_line
from smtptui.cli.render.errors import print_error
from smtptui.model.errors import SmtptuiError, UsageError
from smtptui.workspace.audit.audit import AuditProgress, NotAudited, audit, parse_age, parse_severity

FORMS = ("json", "csv", "markdown")


def run(call: Invocation) -> int:
    asked = [f"--{form}" for form in FORMS if call.flag(form)]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} exclude each other.", hint="Say one of them.")
    # Nothing that an audit holds is garbage before its end: the collector need not look at it over and over.
    gc.freeze()
    gc.set_threshold(200_000)
    return INTERRUPTS.run(_audit(call))


async def _audit(call: Invocation) -> int:
    fail_on = parse_severity(call.text("fail_on") or "error")
    limit = call.text("max_age")
    max_age = parse_age(limit) if limit is not None else None
    report: AuditReport | None = None
    errors: list[SmtptuiError] = []
    async with open_workspace(call) as ws:
        selection = ws.select(call.words("selectors"))
        cached = call.flag("cached")
        async with aclosing(audit(ws, selection, cached=cached, max_age=max_age)) as events:
            async for event in events:
                if isinstance(event, AuditProgress):
                    call.output.show_progress(f"{event.credentials} credentials …")
                elif isinstance(event, NotAudited):
                    errors.append(event.error)
                    print_error(call.output, event.error)
                else:
                    report = event
        call.output.show_progress("")
        assert report is not None
        seen = any(item.error is None for item in report.coverage)
        nothing = bool(errors) and (not seen or (bool(selection.addresses) and not report.credentials))
        _write(call, report, most_severe_error(errors) if nothing else None)
    verdict = ExitStatus.ANSWERED_NO if report.has_at_least(fail_on) else ExitStatus.DONE
    return combine([status_of_items(errors, has_successes=not nothing), verdict])


def _write(call: Invocation, report: AuditReport, error: SmtptuiError | None) -> None:
    streams = call.output
    if call.is_json:
        streams.write(json_text(report, error.to_json() if error is not None else None))
    elif call.flag("csv"):
        streams.write(csv_line(CSV_HEADER))
        for finding in report.findings:
            streams.write(csv_line(csv_cells(finding)))
    else:
        width = output_width(sys.stdout)
        for line in markdown_lines(report) if call.flag("markdown") else table_lines(report, width):
            streams.write_line(line)
    if not call.is_json and not call.flag("markdown"):
        for item in report.coverage:
            if item.error is None and (not item.complete or item.note):
                what = "not looked at whole" if not item.complete else "note"
                streams.warn(f"{item.account}: {what}{': ' + item.note if item.note else '.'}")
    streams.flush()
