"""What a user can do, where, by which keys, and what decides whether it is possible now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from smtptui.model.capability import Capabilities
from smtptui.model.credential import Credential

NO_REASONS: Mapping[str, str] = {}


class ActionContext(NamedTuple):
    """What decides whether an action is possible: the credential in question, and what may be done to it.

    `reasons` says, by the id of an action, why the screen itself cannot do it now.
    """

    credential: Credential | None = None
    capabilities: Capabilities | None = None
    read_only: bool = False
    all_read_only: bool = False
    busy: str = ""
    shown: int = 0
    marked_shown: int = 0
    marked_hidden: int = 0
    is_verifying: bool = False
    is_applying: bool = False
    reasons: Mapping[str, str] = NO_REASONS


Reason = Callable[[ActionContext], str]
"""Returns why an action is not possible now; empty where it is."""


def always(context: ActionContext) -> str:
    """The reason of an action that is always possible."""
    return ""


class KeyAction(NamedTuple):
    """`hint`: shown on the key line. `verb` follows "Cannot" where the label does not; the registry fills in `scope`."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    disabled_reason: Reason = always
    hint: bool = False
    scope: str = ""
    verb: str = ""

    def refusal(self, reason: str) -> str:
        """Return the sentence that says why it was not done."""
        return f"Cannot {self.verb or self.label}: {reason}."


class Scope(NamedTuple):
    """A screen, or a part of one, with the keys that are heard there."""

    id: str
    title: str
    actions: tuple[KeyAction, ...]
