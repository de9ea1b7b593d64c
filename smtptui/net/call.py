"""What a request is for: the tag by which a dry run decides whether it may be sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CallKind(StrEnum):
    """`read` and `auth` are retried; `test` changes nothing; `write` is refused in read-only mode."""

    READ = "read"
    TEST = "test"
    WRITE = "write"
    AUTH = "auth"


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of a provider.

    `key` is the idempotency key of a write whose adapter sends it in a header: only such a write is retried.
    """

    operation: str
    kind: CallKind
    key: str | None = None

    @property
    def can_retry(self) -> bool:
        """Whether sending it again can do no harm."""
        if self.kind is CallKind.WRITE:
            return self.key is not None
        return self.kind is not CallKind.TEST
