"""Keys of questions, messages, pages of text and of every screen."""

from __future__ import annotations

from smtptui.tui.actions.action import KeyAction, Scope
from smtptui.tui.actions.shared import back, movement_actions, needs_shown, screen_reason, scroll_actions

AGREE = KeyAction("yes", ("y",), "yes", "Agree, where no word is asked for.", screen_reason("yes"), True)
DECLINE = KeyAction("no", ("n", "escape"), "no", "Do nothing.", hint=True)
BUTTONS = KeyAction("next", ("tab",), "buttons", "To the next field or button.", hint=True)
SCROLL_QUESTION = (
    KeyAction("scroll_down", ("down",), "more", "Scroll the text.", screen_reason("scroll_down"), True),
    KeyAction("scroll_up", ("up",), "up", "Scroll the text."),
    KeyAction("page_down", ("pagedown",), "page down", "A page down."),
    KeyAction("page_up", ("pageup",), "page up", "A page up."),
)

MESSAGES = Scope(
    "messages",
    "Messages",
    (
        *movement_actions("line"),
        KeyAction(
            "copy",
            ("y",),
            "copy",
            "Copy or print this message, or all of them.",
            needs_shown("there is nothing to copy"),
            True,
        ),
        KeyAction(
            "severe", ("t",), "warnings only", "Show warnings and errors only, or all again.", hint=True
        ),
        back("Back.", "enter"),
    ),
)

COPY = Scope(
    "copy",
    "Copy",
    (
        KeyAction("copy", ("enter", "y"), "copy", "Copy it to the terminal's clipboard.", hint=True),
        KeyAction("print", ("p",), "print at the end", "Print it when the program ends.", hint=True),
        KeyAction("down", ("down", "j"), "down", "Next text."),
        KeyAction("up", ("up", "k"), "up", "Previous text."),
        KeyAction("back", ("escape", "q", "n"), "leave", "Copy nothing.", hint=True),
    ),
)

DIALOG = Scope("dialog", "Questions", (AGREE, DECLINE, BUTTONS, *SCROLL_QUESTION))

ASK = Scope(
    "ask",
    "Questions with a typed answer",
    (
        KeyAction("yes", ("enter",), "use it", "Use what is typed.", hint=True),
        KeyAction("no", ("escape",), "leave", "Use nothing.", hint=True),
        KeyAction("next", ("tab", "down"), "buttons", "To the next field or button.", hint=True),
        KeyAction("previous", ("up",), "previous", "To the previous field or button."),
    ),
)

PAGES = Scope(
    "pages",
    "Help and other pages",
    (*scroll_actions("scroll_down", "page_down"), back("Back.", "enter")),
)

JUMP = Scope(
    "jump",
    "While a form shows letters",
    (
        KeyAction(
            "back", ("escape",), "stay", "Stay in the field; so does any letter that is not shown.", hint=True
        ),
    ),
)

EVERYWHERE = Scope(
    "everywhere",
    "Everywhere",
    (
        KeyAction(
            "help", ("question_mark", "f1"), "help", "The keys, and why some are disabled now.", hint=True
        ),
        KeyAction(
            "palette",
            ("colon", "f3"),
            "commands",
            "Find an action by its name, with the reason where it is disabled.",
        ),
        KeyAction("repaint", ("ctrl+l",), "repaint", "Draw the whole screen again."),
        KeyAction(
            "suspend_process", ("ctrl+z",), "suspend", "Suspend to the shell; its `fg` comes back here."
        ),
        KeyAction("leave", ("ctrl+c",), "quit", "Quit; asks while something is unsaved or running."),
    ),
)

SCOPES = (MESSAGES, COPY, DIALOG, ASK, PAGES, JUMP, EVERYWHERE)
