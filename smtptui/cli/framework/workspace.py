"""Opens the workspace for a verb, with its notices, its redactor and the request log."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.logging import log_requests
from smtptui.cli.framework.prompts import secret_prompt
from smtptui.workspace.core.workspace import Workspace


@contextlib.asynccontextmanager
async def open_workspace(invocation: Invocation) -> AsyncIterator[Workspace]:
    """Open the workspace of the common options and close it at the end. Raise ConfigurationError and UsageError.

    Each notice is printed once: those of the opening before the block, the others after it.
    """
    output = invocation.output
    workspace = Workspace.load(invocation.common.workspace_options(), ask=secret_prompt())
    output.redactor = workspace.redactor
    log_requests(output, verbose=invocation.common.verbose)
    printed: set[str] = set()

    def print_notices() -> None:
        for text in workspace.notices:
            if text not in printed:
                printed.add(text)
                output.note(f"Note: {text}")

    async with workspace:
        if not workspace.account_names:
            output.note(f"Note: no account is configured in {workspace.config.path}.")
        print_notices()
        try:
            yield workspace
        finally:
            print_notices()
