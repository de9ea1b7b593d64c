"""Keys of the first screen, where there is no configuration yet."""

from __future__ import annotations

from smtptui.tui.actions.action import ActionContext, KeyAction, Scope


def _create(situation: ActionContext) -> str:
    return situation.account.refusal


PLACE = Scope(
    "first_run",
    "First run",
    (
        KeyAction("demo", ("d",), "demo", "Open the demo on a private sandbox.", hint=True),
        KeyAction("create", ("n",), "add an account", "Add the first account.", _create, True),
        KeyAction("quit", ("q", "escape"), "quit", "Leave; nothing was written.", hint=True),
    ),
)
