"""The locks of a run: its own, and one for every account that it writes to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from smtptui.model.address import is_file
from smtptui.model.display import printable
from smtptui.model.errors import LockedError
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.history import lock_of


@contextmanager
def locked(ws: Workspace, run: str, accounts: Iterable[str]) -> Iterator[None]:
    """Held while a run is under way. Raises LockedError; the kernel takes them back from a process that is killed."""
    holder = f"run {run}, process {os.getpid()}"
    with ExitStack() as held:
        own = ws.state.locks.take(lock_of(run), holder)
        if own is None:
            raise LockedError(
                f"The run {run} is under way: {ws.state.locks.holder(lock_of(run))}.",
                operation="apply",
                hint="Wait for its end, or stop it with Ctrl-C where it runs.",
            )
        held.callback(own.release)
        # In one order for everybody, so that of two runs one gets all of its locks.
        for account in sorted(accounts):
            name = _name(ws, account)
            lock = ws.state.locks.take(name, holder)
            if lock is None:
                raise LockedError(
                    f"Another run is writing to {printable(account)}: {ws.state.locks.holder(name)}. "
                    "Nothing was sent.",
                    account=account,
                    operation="apply",
                    hint="Wait for its end, then try again.",
                )
            held.callback(lock.release)
        yield


def _name(ws: Workspace, account: str) -> str:
    """A file is the same one whatever it is called; an account that is not configured any more has its name."""
    if not is_file(account) and account not in ws.account_names:
        return f"account {account}"
    if ws.capabilities(account).at_rest:
        return f"file {os.path.realpath(ws.base_url(account))}"
    return f"account {account}"
