"""The locks of a run: its own, and one for every account that it writes to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from smtptui.model.address import is_file_account
from smtptui.model.display import printable
from smtptui.model.errors import LockedError
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.runs.history import run_lock_name


@contextmanager
def hold_locks(ws: Workspace, run: str, accounts: Iterable[str]) -> Iterator[None]:
    """Held while a run is under way. Raises LockedError; the kernel takes them back from a process that is killed."""
    holder = f"run {run}, process {os.getpid()}"
    with ExitStack() as held:
        own = ws.state.locks.acquire(run_lock_name(run), holder)
        if own is None:
            raise LockedError(
                f"The run {run} is under way: {ws.state.locks.read_holder(run_lock_name(run))}.",
                operation="apply",
                hint="Wait for its end, or stop it with Ctrl-C where it runs.",
            )
        held.callback(own.release)
        # In one order for everybody, so that of two runs one gets all of its locks.
        for account in sorted(accounts):
            name = _account_lock_name(ws, account)
            lock = ws.state.locks.acquire(name, holder)
            if lock is None:
                raise LockedError(
                    f"Another run is writing to {printable(account)}: {ws.state.locks.read_holder(name)}. "
                    "Nothing was sent.",
                    account=account,
                    operation="apply",
                    hint="Wait for its end, then try again.",
                )
            held.callback(lock.release)
        yield


def _account_lock_name(ws: Workspace, account: str) -> str:
    """A file is the same one whatever it is called; an account that is not configured any more has its name."""
    if not is_file_account(account) and account not in ws.account_names:
        return f"account {account}"
    if ws.capabilities(account).at_rest:
        return f"file {os.path.realpath(ws.base_url(account))}"
    return f"account {account}"
