"""What was read last time, from the local state: without the network, and without what reading takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtptui.state.snapshots import read_credentials
from smtptui.workspace.credentials.list_events import CredentialsRead
from smtptui.workspace.verification.probe_opinions import ProbeOpinions

if TYPE_CHECKING:
    from smtptui.workspace.core.workspace import Workspace

PAGE_ROWS = 50
"""Rows of a snapshot at a time for the screen: few enough that a key is heard between them."""
FIRST_PAGE_ROWS = 64
"""Rows that are wanted at once: a screen full of them."""


def read_snapshots(ws: Workspace) -> Iterator[CredentialsRead]:
    """The last snapshot of every account, without the network: for a first paint."""
    first = FIRST_PAGE_ROWS
    for name in ws.account_names:
        snapshot = ws.state.find_snapshot(name)
        if snapshot is not None:
            ours = ProbeOpinions(ws, name)
            for page in read_credentials(ws.state.database, snapshot, first=first, page=PAGE_ROWS):
                first = PAGE_ROWS
                yield CredentialsRead(name, ours.attach(page), snapshot.rows, snapshot.read_at)
