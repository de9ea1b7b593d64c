"""What was read last time, from the local state: without the network, and without what reading takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtptui.state.snapshots import rows
from smtptui.workspace.credentials.list_events import CredentialsRead
from smtptui.workspace.verification.probe_opinions import SecondOpinions

if TYPE_CHECKING:
    from smtptui.workspace.core.workspace import Workspace

SCREEN_ROWS = 50
"""Rows of a snapshot at a time for the screen: few enough that a key is heard between them."""
FIRST_ROWS = 64
"""Rows that are wanted at once: a screen full of them."""


def snapshot_credentials(ws: Workspace) -> Iterator[CredentialsRead]:
    """The last snapshot of every account, without the network: for a first paint."""
    first = FIRST_ROWS
    for name in ws.account_names:
        snapshot = ws.state.snapshot(name)
        if snapshot is not None:
            ours = SecondOpinions(ws, name)
            for page in rows(ws.state.database, snapshot, first=first, page=SCREEN_ROWS):
                first = SCREEN_ROWS
                yield CredentialsRead(name, ours.beside(page), snapshot.rows, snapshot.read_at)
