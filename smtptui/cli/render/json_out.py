"""Writes JSON envelopes: one ASCII document on stdout, whole or with its list streamed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from smtptui.cli.framework.output import Output

SCHEMA = 1


def encode(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def write_envelope(output: Output, body: Mapping[str, Any]) -> None:
    """Write a whole document."""
    output.write(json.dumps({"schema": SCHEMA, **body}, ensure_ascii=True, indent=2) + "\n")
    output.flush()


class StreamedEnvelope:
    """A document whose first list is written item by item, in constant memory.

    Nothing is written before the first item, so that an early error can still be a document of its own.
    """

    def __init__(self, output: Output, key: str) -> None:
        self._output = output
        self._key = key
        self._items = 0
        self.is_begun = False

    def add(self, item: object) -> None:
        self._begin()
        self._output.write(("\n" if self._items == 0 else ",\n") + encode(item))
        self._items += 1

    def close(self, rest: Mapping[str, Any]) -> None:
        """End the list and write the other keys."""
        self._begin()
        tail = "".join(f',\n"{key}": {encode(value)}' for key, value in rest.items())
        self._output.write(f"\n]{tail}}}\n" if self._items else f"]{tail}}}\n")
        self._output.flush()

    def _begin(self) -> None:
        if not self.is_begun:
            self._output.write(f'{{"schema": {SCHEMA},\n"{self._key}": [')
            self.is_begun = True
