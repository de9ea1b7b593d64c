"""Keys of the first screen, where there is no configuration yet."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place, Situation


def _create(situation: Situation) -> str:
    return situation.account.refusal


PLACE = Place(
    "first_run",
    "First run",
    (
        Action("demo", ("d",), "demo", "Open the demo on a private sandbox.", hint=True),
        Action("create", ("n",), "add an account", "Add the first account.", _create, True),
        Action("quit", ("q", "escape"), "quit", "Leave; nothing was written.", hint=True),
    ),
)
