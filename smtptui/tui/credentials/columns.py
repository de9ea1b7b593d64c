"""The columns of the list: what they show, how they sort, and which give way first when the terminal is narrow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len, set_cell_size

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.opinions import format_verification

if TYPE_CHECKING:
    from smtptui.tui.credentials.catalogue import Row


class Column(NamedTuple):
    """`least` and `most` are widths in cells; `order` is the sort key of a row: whether it has nothing there comes first."""

    key: str
    title: str
    least: int
    most: int
    cell: Callable[[Row, datetime], str]
    order: Callable[[Row], Any]


def _plain(name: str) -> tuple[Callable[[Row, datetime], str], Callable[[Row], Any]]:
    def cell(row: Row, now: datetime) -> str:
        value = row.credential.get(name)
        return "" if value is None else str(value)

    def order(row: Row) -> Any:
        value = row.credential.get(name)
        return (value is None, value if isinstance(value, int) else str(value or "").casefold())

    return cell, order


def name_of(credential: Credential) -> str:
    """What a person calls it; empty where nothing but the user's name, which has a column of its own, is known."""
    known = (credential.name, credential.from_name, credential.from_email)
    return next((text for text in known if text and text != credential.username), "")


def label_of(credential: Credential) -> str:
    """What a credential is called where it stands alone; never empty."""
    return name_of(credential) or credential.username or credential.id


def _security(row: Row, now: datetime) -> str:
    mode = row.credential.security or "?"
    return f"{mode}*" if row.credential.security_inferred and row.credential.security else mode


def _verified(row: Row, now: datetime) -> str:
    return row.busy or format_verification(row.credential, now)


COLUMNS: tuple[Column, ...] = (
    Column("account", "Account", 12, 16, *_plain("account")),
    Column(
        "name",
        "Name",
        8,
        24,
        lambda row, now: name_of(row.credential) or "–",
        lambda row: (not name_of(row.credential), name_of(row.credential).casefold()),
    ),
    Column("host", "Host", 14, 36, *_plain("host")),
    Column("port", "Port", 5, 5, *_plain("port")),
    Column("security", "Security", 9, 9, _security, _plain("security")[1]),
    Column("username", "User", 10, 28, *_plain("username")),
    Column("from_email", "Sender", 12, 30, *_plain("from_email")),
    Column(
        "verified",
        "Verified",
        14,
        16,
        _verified,
        # what was never verified is the oldest of all
        lambda row: (False, row.credential.verification.at or "", str(row.credential.verification.summary)),
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}

GIVE_WAY = ("from_email", "security", "username", "port", "name")
"""In this order columns leave a terminal that has no room; account, host and verified stay."""

GROW_FIRST = (("verified", 15), ("host", 20), ("name", 12))
"""Spare width goes here first, up to these widths; what is left is shared by all."""

GAP = 1


def layout(width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that fit into `width` cells, each with its width."""
    shown = list(COLUMNS)
    for key in GIVE_WAY:
        if _least(shown) <= width:
            break
        shown.remove(BY_KEY[key])
    widths = {column.key: column.least for column in shown}
    spare = width - _least(shown)
    for key, wanted in GROW_FIRST:
        if key in widths:
            grown = min(spare, wanted - widths[key])
            widths[key] += grown
            spare -= grown
    while spare > 0:
        growing = [column for column in shown if widths[column.key] < column.most]
        if not growing:
            break
        for column in growing[:spare]:
            widths[column.key] += 1
        spare -= len(growing[:spare])
    return tuple((column, widths[column.key]) for column in shown)


def _least(columns: list[Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def fit(text: str, width: int) -> str:
    """Exactly `width` cells of harmless text; what is too long ends in an ellipsis."""
    clean = printable(text, 4 * width + 8)
    if cell_len(clean) > width:
        return set_cell_size(set_cell_size(clean, max(0, width - 1)) + "…", width)
    return set_cell_size(clean, width)
