"""Keys of the accounts, of an account's form, of the first run and of the choice of an account."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.shared import FIELD_ACTIONS, MESSAGES, back, busy, movement_actions, screen_reason


def account_reasons(
    *, is_any: bool, is_selected: bool, is_checking: bool, refusal: str, delete_refusal: str
) -> dict[str, str]:
    """Return why an action on an account is not possible now, by its id.

    `refusal` says why the configuration cannot be changed, `delete_refusal` why this account cannot be removed.
    """
    selected = "" if is_selected else "no account is selected"
    check_all = "" if is_any else "no account is configured"
    if is_checking:
        check_all = "accounts are being checked already; {accounts.cancel} stops that"
    return {
        "check": selected or check_all,
        "check_all": check_all,
        "cancel": "" if is_checking else "nothing is being checked",
        "create": refusal,
        "edit": selected or refusal,
        "delete": selected or delete_refusal,
    }


ACCOUNTS = Scope(
    "accounts",
    "Accounts",
    (
        *movement_actions("account"),
        KeyAction("check", ("c",), "check", "Check the login of this account.", screen_reason("check"), True),
        KeyAction("check_all", ("C",), "check all", "Check every account.", screen_reason("check_all"), True),
        KeyAction("cancel", ("x",), "stop", "Stop checking.", screen_reason("cancel")),
        KeyAction(
            "create",
            ("n",),
            "new",
            "Add an account, in a file of its own.",
            screen_reason("create"),
            True,
            verb="add an account",
        ),
        KeyAction(
            "edit",
            ("e", "enter"),
            "edit",
            "Edit this account in a form, one that was written by hand in $EDITOR.",
            screen_reason("edit"),
            True,
        ),
        KeyAction(
            "delete",
            ("d",),
            "remove",
            "Remove an account that was added here from the configuration; its credentials stay stored.",
            screen_reason("delete"),
            True,
        ),
        MESSAGES,
        back("Back to the list."),
    ),
)

ACCOUNT_FORM = Scope(
    "account_form",
    "Form of an account",
    (
        *FIELD_ACTIONS,
        KeyAction(
            "test",
            ("f4", "t"),
            "test",
            "Check the login at the provider, without saving; a letter works where nothing is typed.",
            busy,
            True,
        ),
        KeyAction("save", ("f2",), "save", "Write the account to its file.", busy, True),
        KeyAction(
            "back",
            ("escape",),
            "leave",
            "Leave; what is typed is kept for the next time. Stops a test.",
            hint=True,
        ),
    ),
)

FIRST_RUN = Scope(
    "first_run",
    "First run",
    (
        KeyAction("demo", ("d",), "demo", "Open the demo on a private sandbox.", hint=True),
        KeyAction(
            "create", ("n",), "add an account", "Add the first account.", screen_reason("create"), True
        ),
        KeyAction("quit", ("q", "escape"), "quit", "Quit; nothing was written.", hint=True),
    ),
)

PICK = Scope(
    "pick",
    "Choose an account",
    (
        KeyAction("yes", ("enter",), "choose", "Choose the line under the cursor.", hint=True),
        KeyAction("no", ("escape", "q", "n"), "leave", "Choose none.", hint=True),
        KeyAction("down", ("down", "j"), "down", "Next line.", hint=True),
        KeyAction("up", ("up", "k"), "up", "Previous line.", hint=True),
    ),
)

SCOPES = (ACCOUNTS, ACCOUNT_FORM, FIRST_RUN, PICK)
