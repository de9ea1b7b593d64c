"""The locks of a run: one for the run, and one for each account that it writes to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from smtptui.model.address import is_file_account
from smtptui.model.display import printable
from smtptui.model.errors import LockedError
from smtptui.workspace.core.workspace import Workspace


def run_lock_name(run: str) -> str:
    """Return the name of the lock that the process of a run holds."""
    return f"run {run}"


@contextmanager
def hold_locks(ws: Workspace, run: str, accounts: Iterable[str]) -> Iterator[None]:
    """Hold the locks of a run in progress. Raises LockedError. The kernel releases those of a killed process."""
    holder = f"run {run}, process {os.getpid()}"
    with ExitStack() as held:
        own = ws.state.locks.acquire(run_lock_name(run), holder)
        if own is None:
            raise LockedError(
                f"Run {run} is in progress: {ws.state.locks.read_holder(run_lock_name(run))}.",
                operation="apply",
                hint="Wait until it ends, or stop it with Ctrl-C where it runs.",
            )
        held.callback(own.release)
        # Always in the same order, so that one of two runs gets all of its locks.
        for account in sorted(accounts):
            name = _account_lock_name(ws, account)
            lock = ws.state.locks.acquire(name, holder)
            if lock is None:
                raise LockedError(
                    f"Another run is writing to {printable(account)}: {ws.state.locks.read_holder(name)}. "
                    "Nothing was sent.",
                    account=account,
                    operation="apply",
                    hint="Wait until it ends, then try again.",
                )
            held.callback(lock.release)
        yield


def _account_lock_name(ws: Workspace, account: str) -> str:
    """Name the lock of an account: of a file by its real path, of an account that is no longer configured by its name."""
    if not is_file_account(account) and account not in ws.account_names:
        return f"account {account}"
    if ws.capabilities(account).at_rest:
        return f"file {os.path.realpath(ws.base_url(account))}"
    return f"account {account}"
