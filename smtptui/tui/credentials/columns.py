"""The columns of the list: content, sort order, and widths in a narrow terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len, set_cell_size

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.opinions import format_verification

if TYPE_CHECKING:
    from smtptui.tui.credentials.row import Row


class Column(NamedTuple):
    """`least` and `most` are widths in cells; `order` is the sort key of a row: whether it has nothing there comes first."""

    key: str
    title: str
    min_width: int
    max_width: int
    cell: Callable[[Row, datetime], str]
    sort_key: Callable[[Row], Any]


def _field_column(name: str) -> tuple[Callable[[Row, datetime], str], Callable[[Row], Any]]:
    def cell(row: Row, now: datetime) -> str:
        value = row.credential.get(name)
        return "" if value is None else str(value)

    def order(row: Row) -> Any:
        value = row.credential.get(name)
        return (value is None, value if isinstance(value, int) else str(value or "").casefold())

    return cell, order


def display_name(credential: Credential) -> str:
    """Return the name to show; empty where only the user name, which has its own column, is known."""
    known = (credential.name, credential.from_name, credential.from_email)
    return next((text for text in known if text and text != credential.username), "")


def display_label(credential: Credential) -> str:
    """Return a label that is never empty, for places without columns."""
    return display_name(credential) or credential.username or credential.id


def _security(row: Row, now: datetime) -> str:
    mode = row.credential.security or "?"
    return f"{mode}*" if row.credential.security_inferred and row.credential.security else mode


def _verified(row: Row, now: datetime) -> str:
    return row.busy or format_verification(row.credential, now)


COLUMNS: tuple[Column, ...] = (
    Column("account", "Account", 12, 16, *_field_column("account")),
    Column(
        "name",
        "Name",
        8,
        24,
        lambda row, now: display_name(row.credential) or "–",
        lambda row: (not display_name(row.credential), display_name(row.credential).casefold()),
    ),
    Column("host", "Host", 14, 36, *_field_column("host")),
    Column("port", "Port", 5, 5, *_field_column("port")),
    Column("security", "Security", 9, 9, _security, _field_column("security")[1]),
    Column("username", "User", 10, 28, *_field_column("username")),
    Column("from_email", "Sender", 12, 30, *_field_column("from_email")),
    Column(
        "verified",
        "Verified",
        14,
        16,
        _verified,
        # never verified sorts as the oldest
        lambda row: (False, row.credential.verification.at or "", str(row.credential.verification.summary)),
    ),
)
COLUMNS_BY_KEY = {column.key: column for column in COLUMNS}

DROP_ORDER = ("from_email", "security", "username", "port", "name")
"""Columns are dropped in this order when the terminal is narrow; account, host and verified stay."""

PREFERRED_WIDTHS = (("verified", 15), ("host", 20), ("name", 12))
"""Columns that get spare width first, up to these widths; all share the rest."""

GAP = 1


def lay_out_columns(width: int) -> tuple[tuple[Column, int], ...]:
    """Return the columns that fit into `width` cells, each with its width."""
    shown = list(COLUMNS)
    for key in DROP_ORDER:
        if _minimum_width(shown) <= width:
            break
        shown.remove(COLUMNS_BY_KEY[key])
    widths = {column.key: column.min_width for column in shown}
    spare = width - _minimum_width(shown)
    for key, wanted in PREFERRED_WIDTHS:
        if key in widths:
            grown = min(spare, wanted - widths[key])
            widths[key] += grown
            spare -= grown
    while spare > 0:
        growing = [column for column in shown if widths[column.key] < column.max_width]
        if not growing:
            break
        for column in growing[:spare]:
            widths[column.key] += 1
        spare -= len(growing[:spare])
    return tuple((column, widths[column.key]) for column in shown)


def _minimum_width(columns: list[Column]) -> int:
    return sum(column.min_width for column in columns) + GAP * (len(columns) - 1)


def fit(text: str, width: int) -> str:
    """Return the text made harmless and exactly `width` cells wide; a longer one ends in an ellipsis."""
    clean = printable(text, 4 * width + 8)
    if cell_len(clean) > width:
        return set_cell_size(set_cell_size(clean, max(0, width - 1)) + "…", width)
    return set_cell_size(clean, width)
