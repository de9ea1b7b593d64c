"""Renders credentials as CSV that is safe to open in a spreadsheet (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.fields import FIELDS
from smtptui.model.verification import Verification

HEADER: tuple[str, ...] = (*(field.name for field in FIELDS), "verified_at")
"""`verification` holds the summary, `verified_at` its time; `native` is JSON."""

_FORMULA = tuple("=+-@\t\r\n")


def csv_line(cells: Sequence[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([format_cell(value) for value in cells])
    return buffer.getvalue()


def csv_row(credential: Credential) -> list[object]:
    values: list[object] = []
    for field in FIELDS:
        value = credential.get(field.name)
        if isinstance(value, Verification):
            value = str(value.summary)
        elif field.name == "native":
            value = json.dumps(value) if value else ""
        values.append(value)
    return [*values, credential.verification.at]


def format_cell(value: object) -> str:
    """Return a value as text; an apostrophe precedes what a spreadsheet would take for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    guarded = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return ("'" if guarded else "") + printable(text, None)
