"""Opening the workspace for a verb: its notices, its redactor and the request log."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.logging import log_requests
from smtptui.cli.framework.prompts import secret_prompt
from smtptui.workspace.core.workspace import Workspace


@contextlib.asynccontextmanager
async def open_workspace(call: Invocation) -> AsyncIterator[Workspace]:
    """The workspace of the call's options, closed at the end. Raises ConfigurationError and UsageError.

    Its notices are told once each: those of the opening at once, those that came up at the end.
    """
    workspace = Workspace.load(call.common.workspace_options(), ask=secret_prompt())
    call.output.redactor = workspace.redactor
    log_requests(call.output, verbose=call.common.verbose)
    told: set[str] = set()
    async with workspace:
        if not workspace.account_names:
            call.output.note(f"Note: no account is configured in {workspace.config.path}.")
        _note_new(call, workspace, told)
        try:
            yield workspace
        finally:
            _note_new(call, workspace, told)


def _note_new(call: Invocation, workspace: Workspace, told: set[str]) -> None:
    for text in workspace.notices:
        if text not in told:
            told.add(text)
            call.output.note(f"Note: {text}")
