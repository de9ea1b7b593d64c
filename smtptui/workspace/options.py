"""What both faces take: where the files are, which accounts, whether to write at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`accounts` empty stands for all of them; `read_only` refuses every write before it is sent."""

    """What a workspace is opened with."""

    config: str | None = None
    state_dir: str | None = None
    accounts: tuple[str, ...] = ()
    read_only: bool = False
