"""The request log: every request that a dialect got, in the order of arrival."""

from __future__ import annotations

from typing import Any

from .exchange import IncomingCall, Label


class RequestLog:
    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def add(self, prefix: str, call: IncomingCall, label: Label) -> None:
        self._entries.append(
            {
                "n": len(self._entries) + 1,
                "account": label.account,
                "operation": label.operation,
                "kind": label.kind,
                "method": call.method,
                "path": prefix + call.path,
                "query": call.query,
                "variables": label.variables,
                "body": call.body,
                "headers": call.headers,
            }
        )

    def as_list(self) -> list[dict[str, Any]]:
        return self._entries
