"""The kind of a request, which decides whether it may be retried and whether read-only mode lets it pass."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CallKind(StrEnum):
    """`read` and `auth` are retried, `test` stores nothing, `write` is refused in read-only mode."""

    READ = "read"
    TEST = "test"
    WRITE = "write"
    AUTH = "auth"


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of a provider.

    `key` is the idempotency key that the adapter sends with a write; a write without one is never retried.
    """

    operation: str
    kind: CallKind
    key: str | None = None

    @property
    def can_retry(self) -> bool:
        """Whether sending the request twice does no harm."""
        if self.kind is CallKind.WRITE:
            return self.key is not None
        return self.kind is not CallKind.TEST
