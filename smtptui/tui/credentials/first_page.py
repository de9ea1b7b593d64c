"""The first page of the list as plain text, identical to what the list paints from the same data."""

from __future__ import annotations

from datetime import datetime

from smtptui.presentation.values import format_count
from smtptui.tui.credentials.catalogue import CredentialListModel, Sorting
from smtptui.tui.credentials.columns import GAP, fit, lay_out_columns
from smtptui.tui.credentials.credential_table import GUTTER
from smtptui.tui.credentials.row_filter import RowFilter

OTHER_LINES = 5
"""Lines of the screen that are not rows: the title, the heading, and what stands beneath."""


def render_first_page(catalogue: CredentialListModel, width: int, height: int, now: datetime) -> list[str]:
    """Return the title, the headings and the first rows, marked as cached; nothing where there are no rows."""
    rows = catalogue.view(RowFilter(), Sorting(), now)[: max(0, height - OTHER_LINES)]
    if not rows or width <= GUTTER:
        return []
    columns = lay_out_columns(width - GUTTER)
    title = f"smtptui · {format_count(len(catalogue.rows), 'credential')} · by account, ascending"
    headings = [column.title + ("▲" if column.key == Sorting().column else "") for column, _ in columns]
    lines = [fit(title, width), " " * GUTTER + _join_cells(headings, [room for _, room in columns])]
    for number, row in enumerate(rows):
        cells = [column.cell(row, now) for column, _ in columns]
        gutter = f"{'>' if number == 0 else ' '} ~"
        lines.append(gutter + _join_cells(cells, [room for _, room in columns]))
    return lines


def _join_cells(cells: list[str], rooms: list[int]) -> str:
    return (" " * GAP).join(fit(cell, room) for cell, room in zip(cells, rooms, strict=True))
