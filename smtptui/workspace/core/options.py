"""Options common to the command line and the terminal UI."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """Options for opening a workspace.

    Empty `accounts` means all of them. `read_only` refuses every write before it is sent.
    """

    config: str | None = None
    state_dir: str | None = None
    accounts: tuple[str, ...] = ()
    read_only: bool = False
