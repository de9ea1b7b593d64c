"""What both faces take: where the files are, which accounts, whether to write at all."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """What a workspace is opened with.

    `accounts` empty stands for all of them; `read_only` refuses every write before it is sent.
    """

    config: str | None = None
    state_dir: str | None = None
    accounts: tuple[str, ...] = ()
    read_only: bool = False
