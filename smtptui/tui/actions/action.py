"""What a person can do, where, by which keys, and what decides whether it is possible here and now."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from smtptui.model.capability import Capabilities
from smtptui.model.credential import Credential
from smtptui.tui.actions.account_situation import AccountActionContext


class ActionContext(NamedTuple):
    """What decides whether an action is allowed: the credential in question, and what may be done to it."""

    credential: Credential | None = None
    capabilities: Capabilities | None = None
    read_only: bool = False
    shown: int = 0
    marked_shown: int = 0
    marked_hidden: int = 0
    range_refusal: str = ""
    verify_refusal: str = ""
    writable_accounts: int = 0
    reading: bool = False
    job_running: bool = False
    probed: bool = False
    busy: str = ""
    test_refusal: str = ""
    unsaved: bool = False
    run_running: bool = False
    all_read_only: bool = False
    refusal: str = ""
    turn_refusal: str = ""
    scroll_refusal: str = ""
    limit_refusal: str = ""
    password_refusal: str = ""
    resume_refusal: str = ""
    undo_refusal: str = ""
    pause_refusal: str = ""
    retry_refusal: str = ""
    cancel_refusal: str = ""
    account: AccountActionContext = AccountActionContext()


Reason = Callable[[ActionContext], str]


def always(situation: ActionContext) -> str:
    """What nothing forbids."""
    return ""


class KeyAction(NamedTuple):
    """`why_not` gives the reason why the action is not possible now, empty when it is. `hint`: on the key line.

    `verb` is what follows "Cannot" where the label does not; `place` is filled in by the registry.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    disabled_reason: Reason = always
    hint: bool = False
    scope: str = ""
    verb: str = ""

    def refusal(self, reason: str) -> str:
        """A sentence that says why it was not done."""
        return f"Cannot {self.verb or self.label}: {reason}."


class Scope(NamedTuple):
    """A screen, or a part of one, with the keys that are heard there."""

    id: str
    title: str
    actions: tuple[KeyAction, ...]
