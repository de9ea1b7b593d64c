"""Keys of the accounts."""

from __future__ import annotations

from smtptui.tui.actions.action import Action, Place, Situation
from smtptui.tui.actions.moving import moving


def _check(situation: Situation) -> str:
    return _an_account(situation) or _check_all(situation)


def _check_all(situation: Situation) -> str:
    if situation.account.checking:
        return "accounts are being checked already; {accounts.cancel} stops that"
    return "" if situation.account.any else "no account is configured"


def _cancel(situation: Situation) -> str:
    return "" if situation.account.checking else "nothing is being checked"


def _an_account(situation: Situation) -> str:
    return "" if situation.account.selected else "no account is selected"


def _create(situation: Situation) -> str:
    return situation.account.refusal


def _edit(situation: Situation) -> str:
    return _an_account(situation) or situation.account.refusal


def _delete(situation: Situation) -> str:
    return _an_account(situation) or situation.account.delete_refusal


PLACE = Place(
    "accounts",
    "Accounts",
    (
        *moving("account"),
        Action(
            "check", ("c",), "check", "Ask the provider whether this account's login is good.", _check, True
        ),
        Action("check_all", ("C",), "check all", "Check every account.", _check_all, True),
        Action("cancel", ("x",), "stop", "Stop checking.", _cancel),
        Action(
            "create",
            ("n",),
            "new",
            "Add an account, in a file of its own.",
            _create,
            True,
            verb="add an account",
        ),
        Action(
            "edit",
            ("e", "enter"),
            "edit",
            "Edit this account in a form, one that is written by hand in $EDITOR.",
            _edit,
            True,
        ),
        Action(
            "delete",
            ("d",),
            "remove",
            "Take an account that was added here out of the configuration; what is stored there remains.",
            _delete,
            True,
        ),
        Action("messages", ("m",), "messages", "Every notice of this session."),
        Action("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
