"""Read the last snapshots from the local state. Imports nothing that the network needs: the first paint waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtptui.state.snapshots import read_credentials
from smtptui.workspace.credentials.events import CredentialsRead
from smtptui.workspace.verification.probe_opinions import ProbeOpinions

if TYPE_CHECKING:
    from smtptui.workspace.core.workspace import Workspace

PAGE_ROWS = 50
"""Rows per page, few enough that keys are handled between two pages."""
FIRST_PAGE_ROWS = 64
"""Rows of the first page: a screenful."""


def read_snapshots(ws: Workspace) -> Iterator[CredentialsRead]:
    """Yield the last snapshot of every account, page by page, for the first paint."""
    page_rows = FIRST_PAGE_ROWS
    for name in ws.account_names:
        snapshot = ws.state.find_snapshot(name)
        if snapshot is not None:
            opinions = ProbeOpinions(ws, name)
            for page in read_credentials(ws.state.database, snapshot, first=page_rows, page=PAGE_ROWS):
                page_rows = PAGE_ROWS
                yield CredentialsRead(name, opinions.attach(page), snapshot.rows, snapshot.read_at)
