"""Keys of the forms for one credential and for several."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.shared import FIELD_ACTIONS, busy, screen_reason

FORM = Scope(
    "form",
    "Form",
    (
        *FIELD_ACTIONS,
        KeyAction(
            "test",
            ("f4",),
            "test",
            "Verify what is typed at the provider, without saving it.",
            screen_reason("test", after=busy),
            True,
        ),
        KeyAction("save", ("f2",), "save", "Save; asks first where that cannot be undone.", busy, True),
        KeyAction(
            "stored",
            ("f6",),
            "as stored",
            "Discard what is typed: every field as it is stored.",
            screen_reason("stored", after=busy),
            verb="restore the stored values",
        ),
        KeyAction(
            "back",
            ("escape",),
            "leave",
            "Leave; what is typed is kept for this session, except a password.",
            busy,
            True,
        ),
    ),
)

BULK_EDIT = Scope(
    "bulk_edit",
    "Form for several credentials",
    (
        *FIELD_ACTIONS,
        KeyAction("save", ("f2",), "save", "Ask, then change them one by one.", busy, True),
        KeyAction("untouch", ("f6",), "leave alone", "Do not change this field.", hint=True),
        KeyAction("back", ("escape",), "leave", "Leave; what is typed is kept for this session.", hint=True),
    ),
)

SCOPES = (FORM, BULK_EDIT)
