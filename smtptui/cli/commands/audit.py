"""`smtptui audit`: what is wrong with the credentials, as a table, JSON, CSV or Markdown."""

from __future__ import annotations

import gc
import sys

from smtptui.audit.report import AuditReport
from smtptui.cli.framework.exit_status import ExitStatus, combine, most_severe_error, status_of_items
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import follow
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import CACHED, JSON, SELECTORS, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.audit import CSV_HEADER, csv_cells, json_text, markdown_lines, table_lines
from smtptui.cli.render.columns import output_width
from smtptui.cli.render.csv_out import csv_line
from smtptui.cli.render.errors import print_error
from smtptui.model.errors import SmtptuiError, UsageError
from smtptui.workspace.audit.audit import AuditProgress, NotAudited, audit, parse_age, parse_severity
from smtptui.workspace.core.operation import Operation

VERB = Verb(
    "audit",
    (SELECTORS,),
    (
        Option("max_age", "--max-age", "How long a verification is good: 30d, 12h, 2w.", "AGE"),
        Option(
            "fail_on",
            "--fail-on",
            "Exit with 1 when there is a finding at least this severe.",
            "SEVERITY",
            choices=("info", "warning", "error"),
            default="error",
        ),
        JSON,
        Option("csv", "--csv", "CSV with one finding per line, safe to open in a spreadsheet."),
        Option("markdown", "--markdown", "Markdown, for a ticket or a wiki."),
        CACHED,
    ),
)
FORMATS = ("json", "csv", "markdown")


def run(invocation: Invocation) -> int:
    chosen = [f"--{name}" for name in FORMATS if invocation.flag(name)]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} exclude each other.", hint="Use one of them.")
    # An audit makes no garbage before its end: the collector would only scan the same objects again.
    gc.freeze()
    gc.set_threshold(200_000)
    return INTERRUPTS.run(_audit(invocation))


async def _audit(invocation: Invocation) -> int:
    output = invocation.output
    fail_on = parse_severity(invocation.text("fail_on") or "error")
    limit = invocation.text("max_age")
    max_age = parse_age(limit) if limit is not None else None
    reports: list[AuditReport] = []
    errors: list[SmtptuiError] = []
    examined = 0

    def handle(event: AuditProgress | NotAudited | AuditReport) -> None:
        nonlocal examined
        if isinstance(event, AuditProgress):
            examined = event.credentials
        elif isinstance(event, NotAudited):
            errors.append(event.error)
            print_error(output, event.error)
        else:
            reports.append(event)

    async with open_workspace(invocation) as workspace:
        query = workspace.select(invocation.words("selectors"))
        cached = invocation.flag("cached")
        operation = Operation(lambda _: audit(workspace, query, cached=cached, max_age=max_age))
        await follow(invocation, operation, handle, describe=lambda: f"{examined} credentials …")
        (report,) = reports
        was_read = any(item.error is None for item in report.coverage)
        has_nothing = bool(errors) and (not was_read or (bool(query.addresses) and not report.credentials))
        _write(invocation, report, most_severe_error(errors) if has_nothing else None)
    verdict = ExitStatus.ANSWERED_NO if report.has_at_least(fail_on) else ExitStatus.DONE
    return combine([status_of_items(errors, has_successes=not has_nothing), verdict])


def _write(invocation: Invocation, report: AuditReport, error: SmtptuiError | None) -> None:
    output = invocation.output
    if invocation.is_json:
        output.write(json_text(report, error.to_json() if error is not None else None))
    elif invocation.flag("csv"):
        output.write(csv_line(CSV_HEADER))
        for finding in report.findings:
            output.write(csv_line(csv_cells(finding)))
    else:
        is_markdown = invocation.flag("markdown")
        for line in markdown_lines(report) if is_markdown else table_lines(report, output_width(sys.stdout)):
            output.write_line(line)
    if not invocation.is_json and not invocation.flag("markdown"):
        for item in report.coverage:
            if item.error is None and (not item.complete or item.note):
                what = "note" if item.complete else "partly audited"
                output.warn(f"{item.account}: {what}{': ' + item.note if item.note else '.'}")
    output.flush()
