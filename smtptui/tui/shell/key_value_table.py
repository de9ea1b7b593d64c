"""A table of labels and values, wrapped in its cells. Every text is made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from smtptui.model.display import printable

LABEL_WIDTH = 20
MAX_VALUE = 2000


def key_value_table(rows: Iterable[tuple[str, str]]) -> Table:
    """Return a table with one row for each pair whose value is not empty."""
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(width=LABEL_WIDTH, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=1, overflow="fold")
    for label, value in rows:
        if value:
            table.add_row(Text(printable(label, 60), style="bold"), Text(printable(value, MAX_VALUE)))
    return table


def flatten(facts: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield a nested JSON object as pairs of a name in words and a value, without empty ones and null."""
    if isinstance(facts, Mapping):
        for key, value in facts.items():
            yield from flatten(value, f"{name} {key}".strip())
    elif isinstance(facts, Sequence) and not isinstance(facts, str):
        if any(isinstance(item, Mapping) for item in facts):
            for number, item in enumerate(facts, 1):
                yield from flatten(item, f"{name} {number}")
        elif facts:
            yield name.replace("_", " "), ", ".join(str(item) for item in facts)
    elif isinstance(facts, bool):
        yield name.replace("_", " "), "yes" if facts else "no"
    elif facts not in (None, ""):
        yield name.replace("_", " "), str(facts)
