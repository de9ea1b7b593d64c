"""Renders an audit report: a table for a terminal, Markdown for a ticket, CSV for a spreadsheet, JSON for a pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii as _quoted
from textwrap import wrap
from typing import Any

from smtptui.audit.ages import format_bars
from smtptui.audit.findings import SEVERITIES, AuditFinding, ChangeSince
from smtptui.audit.report import AccountCoverage, AuditReport
from smtptui.cli.render.json_out import SCHEMA
from smtptui.model.address import format_address
from smtptui.model.display import printable

CSV_HEADER: tuple[str, ...] = AuditFinding._fields

BAR = 40

_ANY = "ACCOUNT/ID"
"""Placeholder for the address in a remedy that is printed once for several credentials."""

_MARKDOWN = str.maketrans({character: f"\\{character}" for character in r"\`*_{}[]<>()#+!|~&"})


def csv_cells(finding: AuditFinding) -> tuple[object, ...]:
    return tuple(finding)


def json_text(report: AuditReport, error: Mapping[str, Any] | None) -> str:
    """Return the whole document, with one finding per line."""
    encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode
    lines = ",\n".join(map(_json_line, report.findings))
    rest: dict[str, Any] = {
        "counts": report.counts(),
        "coverage": [item.to_json() for item in report.coverage],
    }
    if error is not None:
        rest["error"] = error
    tail = "".join(f',\n"{key}": {encode(value)}' for key, value in rest.items())
    return f'{{"schema": {SCHEMA},\n"findings": [' + (f"\n{lines}\n]" if lines else "]") + f"{tail}}}\n"


def _json_line(finding: AuditFinding) -> str:
    """Return the JSON object of a finding. Formatted by hand: there may be tens of thousands, and all values are texts."""
    rule, severity, account, id, message, remedy, change = finding
    return (
        f'{{"rule": "{rule}", "severity": "{severity}", "account": {_text(account)}, "id": {_text(id)}, '
        f'"message": {_text(message)}, "remedy": {_text(remedy)}, "change": "{change}"}}'
    )


def _text(value: str | None) -> str:
    return "null" if value is None else _quoted(value)


def format_summary(report: AuditReport) -> str:
    """Return the totals in one line, with what changed since the previous audit."""
    counts = report.counts()
    found = ", ".join(
        f"{counts[severity]} {severity}{'s' if counts[severity] != 1 else ''}"
        for severity in map(str, SEVERITIES)
    ).replace("infos", "info")
    text = f"{report.credentials} credentials: {found}"
    if report.since is not None:
        changes = counts["changes"]
        text += f". Since {report.since}: " + ", ".join(f"{n} {change}" for change, n in changes.items())
    if report.suppressed:
        text += f". {report.suppressed} suppressed"
    return text + "."


def table_lines(report: AuditReport, width: int) -> Iterator[str]:
    groups = [
        (
            f"{severity.upper()}S" if severity != "info" else "INFO",
            [item for item in report.present if item.severity == severity],
        )
        for severity in map(str, SEVERITIES)
    ]
    groups.append(("RESOLVED", [item for item in report.findings if item.change == ChangeSince.RESOLVED]))
    for title, found in groups:
        if not found:
            continue
        yield f"{title} ({len(found)})"
        yield from _by_rule(found, width, since=report.since)
        yield ""
    yield "VERIFIED"
    yield from format_bars(report.ages, BAR)
    yield ""
    yield format_summary(report)


def _by_rule(found: Sequence[AuditFinding], width: int, *, since: str | None) -> Iterator[str]:
    """Yield each rule with its messages and places, and its remedy once where it is the same for all."""
    rules: dict[str, dict[str, list[AuditFinding]]] = {}
    for item in found:
        rules.setdefault(item.rule, {}).setdefault(item.message, []).append(item)
    for rule, by_message in rules.items():
        items = [item for alike in by_message.values() for item in alike]
        yield f"  {rule} ({len(items)})"
        for message, alike in by_message.items():
            yield from _indent(message, width)
            for item in alike:
                yield f"      {format_place(item)}" + (
                    " (new)" if since and item.change == ChangeSince.NEW else ""
                )
        remedies = {item.remedy.replace(format_place(item), _ANY) for item in items if item.remedy}
        for text in sorted(remedies) if len(items) > 1 else [items[0].remedy] if remedies else []:
            yield from _indent(f"-> {text}", width)


def _indent(text: str, width: int) -> list[str]:
    indent = " " * 4
    return wrap(
        printable(text, None),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def format_place(finding: AuditFinding) -> str:
    if finding.account is None:
        return "(configuration)"
    return format_address(finding.account, finding.id) if finding.id is not None else finding.account


def markdown_lines(report: AuditReport) -> Iterator[str]:
    """Yield the Markdown document. Texts from outside are escaped, so that a sender's name makes no heading and no link."""
    yield "# SMTP credentials: audit"
    yield ""
    yield f"{report.at}. {_escape(format_summary(report))}"
    for severity in map(str, SEVERITIES):
        found = [item for item in report.present if item.severity == severity]
        if found:
            yield ""
            yield f"## {severity.capitalize()} ({len(found)})"
            yield ""
            yield from _rows(
                ("change", "credential", "rule", "finding", "remedy"),
                [(item.change, format_place(item), item.rule, item.message, item.remedy) for item in found],
            )
    resolved = [item for item in report.findings if item.change == ChangeSince.RESOLVED]
    if resolved:
        yield ""
        yield f"## Resolved ({len(resolved)})"
        yield ""
        yield from _rows(("credential", "rule"), [(format_place(item), item.rule) for item in resolved])
    yield ""
    yield "## Coverage"
    yield ""
    yield from _rows(
        ("account", "provider", "credentials", "audited"),
        [(item.account, item.provider, str(item.count), format_coverage(item)) for item in report.coverage],
    )
    yield ""
    yield "## Verified"
    yield ""
    yield from _rows(("when", "credentials"), [(label, str(count)) for label, count in report.ages])


def format_coverage(item: AccountCoverage) -> str:
    """Return how far an account was audited."""
    if item.error is not None:
        return f"not read: {item.error.get('message', '')}"
    text = "completely" if item.complete else "partly"
    text += f", from the snapshot of {item.stale_since}" if item.stale_since else ""
    return f"{text}: {item.note}" if item.note else text


def _rows(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(_escape(cell) for cell in row) + " |"


def _escape(text: str) -> str:
    return printable(text, None).translate(_MARKDOWN)
