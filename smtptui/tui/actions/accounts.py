"""Keys of the accounts."""

from __future__ import annotations

from smtptui.tui.actions.action import ActionContext, KeyAction, Scope
from smtptui.tui.actions.moving import movement_actions


def _check(situation: ActionContext) -> str:
    return _an_account(situation) or _check_all(situation)


def _check_all(situation: ActionContext) -> str:
    if situation.account.checking:
        return "accounts are being checked already; {accounts.cancel} stops that"
    return "" if situation.account.any else "no account is configured"


def _cancel(situation: ActionContext) -> str:
    return "" if situation.account.checking else "nothing is being checked"


def _an_account(situation: ActionContext) -> str:
    return "" if situation.account.selected else "no account is selected"


def _create(situation: ActionContext) -> str:
    return situation.account.refusal


def _edit(situation: ActionContext) -> str:
    return _an_account(situation) or situation.account.refusal


def _delete(situation: ActionContext) -> str:
    return _an_account(situation) or situation.account.delete_refusal


PLACE = Scope(
    "accounts",
    "Accounts",
    (
        *movement_actions("account"),
        KeyAction(
            "check", ("c",), "check", "Ask the provider whether this account's login is good.", _check, True
        ),
        KeyAction("check_all", ("C",), "check all", "Check every account.", _check_all, True),
        KeyAction("cancel", ("x",), "stop", "Stop checking.", _cancel),
        KeyAction(
            "create",
            ("n",),
            "new",
            "Add an account, in a file of its own.",
            _create,
            True,
            verb="add an account",
        ),
        KeyAction(
            "edit",
            ("e", "enter"),
            "edit",
            "Edit this account in a form, one that is written by hand in $EDITOR.",
            _edit,
            True,
        ),
        KeyAction(
            "delete",
            ("d",),
            "remove",
            "Take an account that was added here out of the configuration; what is stored there remains.",
            _delete,
            True,
        ),
        KeyAction("messages", ("m",), "messages", "Every notice of this session."),
        KeyAction("back", ("escape", "q"), "back", "Back to the list.", hint=True),
    ),
)
