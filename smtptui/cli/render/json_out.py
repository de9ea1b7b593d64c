"""JSON envelopes: one document on stdout, ASCII only, lists written as their items come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from smtptui.cli.framework.output import Streams

SCHEMA = 1


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def write_envelope(streams: Streams, body: Mapping[str, Any]) -> None:
    """The whole document at once."""
    streams.out(json.dumps({"schema": SCHEMA, **body}, ensure_ascii=True, indent=2) + "\n")
    streams.flush()


class StreamedEnvelope:
    """A document whose first list is written item by item; the memory it needs does not grow.

    Nothing is written before the first item, so that an early error can still be a document of its own.
    """

    def __init__(self, streams: Streams, key: str) -> None:
        self._streams = streams
        self._key = key
        self._items = 0
        self.begun = False

    def add(self, item: object) -> None:
        self._begin()
        self._streams.out(("\n" if self._items == 0 else ",\n") + dumped(item))
        self._items += 1

    def close(self, rest: Mapping[str, Any]) -> None:
        """End the list and write the other keys."""
        self._begin()
        tail = "".join(f',\n"{key}": {dumped(value)}' for key, value in rest.items())
        self._streams.out(f"\n]{tail}}}\n" if self._items else f"]{tail}}}\n")
        self._streams.flush()

    def _begin(self) -> None:
        if not self.begun:
            self._streams.out(f'{{"schema": {SCHEMA},\n"{self._key}": [')
            self.begun = True
