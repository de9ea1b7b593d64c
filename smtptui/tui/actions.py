"""The one registry of what a person can do: keys, words, and the reason when it cannot be done here and now.

Bindings, the key line at the bottom, and the help screen are made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smtptui.model.capability import Capabilities, Operation
from smtptui.model.credential import Credential
from smtptui.model.display import printable

if TYPE_CHECKING:
    from textual.binding import BindingType


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides whether an action is allowed: the credential in question, and what may be done to it."""

    credential: Credential | None = None
    capabilities: Capabilities | None = None
    read_only: bool = False
    shown: int = 0
    marked_shown: int = 0
    marked_hidden: int = 0
    writable_accounts: int = 0
    reading: bool = False
    job_running: bool = False
    probed: bool = False
    busy: str = ""
    test_refusal: str = ""
    run_running: bool = False
    all_read_only: bool = False
    refusal: str = ""
    turn_refusal: str = ""
    limit_refusal: str = ""
    password_refusal: str = ""
    resume_refusal: str = ""
    undo_refusal: str = ""


Reason = Callable[[Situation], str]


@dataclass(frozen=True, slots=True)
class Action:
    """`why_not` gives the reason why the action is not possible now, empty when it is."""

    id: str
    place: str
    keys: tuple[str, ...]
    label: str
    help: str
    why_not: Reason = lambda situation: ""
    hint: bool = False


def _needs_row(situation: Situation) -> str:
    return "" if situation.credential is not None else "no credential is selected"


def _can_change(situation: Situation, operation: Operation, word: str) -> str:
    missing = _needs_row(situation)
    if missing:
        return missing
    credential, capabilities = situation.credential, situation.capabilities
    assert credential is not None
    if situation.read_only:
        return f"{printable(credential.account)} is read-only"
    if capabilities is not None and not capabilities.can(operation):
        return f"{capabilities.title} has no way to {word} a credential"
    if not credential.editable:
        return "the provider does not let this credential be changed"
    return situation.busy


def _edit(situation: Situation) -> str:
    return _can_change(situation, Operation.UPDATE, "edit")


def _delete(situation: Situation) -> str:
    if situation.marked_shown:
        return situation.busy
    return _can_change(situation, Operation.DELETE, "delete")


def _verify(situation: Situation) -> str:
    missing = _needs_row(situation) or situation.busy
    if missing:
        return missing
    if situation.job_running:
        return "a verification is running; V shows it"
    capabilities = situation.capabilities
    if capabilities is not None:
        if not capabilities.can(Operation.VERIFY_STORED):
            return f"{capabilities.title} has no way to verify a stored credential; p probes it"
        if situation.read_only and (capabilities.verify_writes or capabilities.verify_sends_mail):
            return f"verifying writes at {capabilities.title}, and the account is read-only"
    return ""


def _verify_many(situation: Situation) -> str:
    if situation.job_running or situation.marked_shown or situation.shown:
        return ""
    return "no credential is shown"


def _probe(situation: Situation) -> str:
    if situation.job_running:
        return "a verification is running; V shows it"
    if situation.marked_shown:
        return ""
    missing = _needs_row(situation) or situation.busy
    if missing:
        return missing
    credential = situation.credential
    assert credential is not None
    if credential.host is None or credential.port is None:
        return "no host and port are known of it"
    if credential.auth not in ("password", "none"):
        return "it is not logged in to with a password"
    return ""


def _stages(situation: Situation) -> str:
    return _needs_row(situation) or ("" if situation.probed else "it was never probed from here; p does")


def _create(situation: Situation) -> str:
    return "" if situation.writable_accounts else "no account here lets a credential be created"


def _refresh(situation: Situation) -> str:
    return "the accounts are being read already" if situation.reading else ""


def _shown(situation: Situation) -> str:
    return "" if situation.shown else "no credential is shown"


def _marked(situation: Situation) -> str:
    return "" if situation.marked_shown or situation.marked_hidden else "nothing is marked"


def _cancel(situation: Situation) -> str:
    return situation.busy or ("" if situation.job_running else "nothing is running")


def _busy(situation: Situation) -> str:
    return situation.busy


def _test(situation: Situation) -> str:
    return situation.busy or situation.test_refusal


def _migrate(situation: Situation) -> str:
    if situation.run_running:
        return ""
    return "every account is read-only" if situation.all_read_only else ""


def _rotate(situation: Situation) -> str:
    if situation.run_running:
        return "a run is under way; M shows it"
    if situation.marked_shown:
        return _migrate(situation)
    return _can_change(situation, Operation.UPDATE, "change")


def _refused(situation: Situation) -> str:
    return situation.refusal


def _turn(situation: Situation) -> str:
    return situation.turn_refusal


def _limit(situation: Situation) -> str:
    return situation.limit_refusal


def _password(situation: Situation) -> str:
    return situation.password_refusal


def _resume(situation: Situation) -> str:
    return situation.resume_refusal


def _undo(situation: Situation) -> str:
    return situation.undo_refusal


def _a_step(situation: Situation) -> str:
    return "" if situation.shown else "there is no step"


def _a_run(situation: Situation) -> str:
    return "" if situation.shown else "no run is selected"


PLACES = {
    "list": "List of credentials",
    "filter": "While the filter is typed",
    "detail": "One credential",
    "form": "Form",
    "stages": "Stages of a probe",
    "verify": "Verification and probe",
    "audit": "Audit",
    "request": "Migrate and rotate",
    "plan": "Plan",
    "run": "Run of a plan",
    "runs": "Runs",
    "dialog": "Questions",
    "pages": "Help and messages",
    "everywhere": "Everywhere",
}


def _moving(place: str, one: str, *, marks: bool = False) -> tuple[Action, ...]:
    """The keys that move through a list of lines; where Space marks, it does not turn the page."""
    return (
        Action("down", place, ("down", "j"), "down", f"Next {one}."),
        Action("up", place, ("up", "k"), "up", f"{one.capitalize()} before."),
        Action(
            "page_down", place, ("pagedown",) if marks else ("pagedown", "space"), "page down", "A page down."
        ),
        Action("page_up", place, ("pageup",), "page up", "A page up."),
        Action("first", place, ("home", "g"), "first", f"First {one}."),
        Action("last", place, ("end", "G"), "last", f"Last {one}."),
    )


ACTIONS: tuple[Action, ...] = (
    Action("down", "list", ("down", "j"), "down", "Next row."),
    Action("up", "list", ("up", "k"), "up", "Row before."),
    Action("page_down", "list", ("pagedown",), "page down", "A page down."),
    Action("page_up", "list", ("pageup",), "page up", "A page up."),
    Action("first", "list", ("home", "g"), "first", "First row."),
    Action("last", "list", ("end", "G"), "last", "Last row."),
    Action("open", "list", ("enter",), "open", "Show everything known of this credential.", _needs_row),
    Action(
        "filter",
        "list",
        ("slash",),
        "filter",
        "Type words and conditions such as host=smtp.* status=failed age>30d; Enter keeps, Esc clears.",
        hint=True,
    ),
    Action("clear", "list", ("escape",), "clear filter", "Show all rows again."),
    Action("edit", "list", ("e",), "edit", "Change this credential.", _edit, True),
    Action("verify", "list", ("v",), "verify", "Have the provider try this credential.", _verify, True),
    Action(
        "probe",
        "list",
        ("p",),
        "probe",
        "Hold an SMTP conversation with what is marked and shown, else with this one, from this machine.",
        _probe,
        True,
    ),
    Action(
        "verify_many",
        "list",
        ("V",),
        "verify all",
        "Verify what is marked and shown, or all that is shown; while one runs: show it.",
        _verify_many,
        True,
    ),
    Action("create", "list", ("n",), "new", "Store a new credential in an account.", _create, True),
    Action(
        "delete",
        "list",
        ("d",),
        "delete",
        "Delete what is marked and shown, else this credential; asks first.",
        _delete,
        True,
    ),
    Action("mark", "list", ("space",), "mark", "Mark this row, or take its mark away.", _needs_row, True),
    Action("mark_all", "list", ("asterisk",), "mark all", "Mark all rows that are shown.", _shown),
    Action(
        "invert",
        "list",
        ("i",),
        "invert",
        "Mark what is shown and not marked, unmark the rest of it.",
        _shown,
    ),
    Action("unmark", "list", ("minus",), "unmark", "Take all marks away, hidden ones too.", _marked),
    Action(
        "migrate",
        "list",
        ("M",),
        "migrate",
        "Copy credentials to another account or file, those that are marked and shown first; "
        "while a run is under way: show it.",
        _migrate,
        True,
    ),
    Action(
        "rotate",
        "list",
        ("R",),
        "rotate",
        "Change one password in what is marked and shown, else in this one, after proving it.",
        _rotate,
    ),
    Action("runs", "list", ("H",), "runs", "Every run on record: its steps, undo, resume."),
    Action("sort", "list", ("s",), "sort", "Sort by the next column.", hint=True),
    Action("reverse", "list", ("S",), "reverse", "Turn the order round."),
    Action("refresh", "list", ("r",), "read again", "Read all accounts again.", _refresh),
    Action("audit", "list", ("a",), "audit", "What was never verified, too long ago, or is otherwise wrong."),
    Action("messages", "list", ("m",), "messages", "Every notice of this session.", hint=True),
    Action("quit", "list", ("q",), "quit", "Leave; asks while something is running.", hint=True),
    Action(
        "keep", "filter", ("enter", "down", "up"), "keep", "Back to the rows that fit the filter.", hint=True
    ),
    Action("clear", "filter", ("escape",), "clear", "Back to all rows.", hint=True),
    Action("scroll_down", "detail", ("down", "j"), "down", "Scroll down."),
    Action("scroll_up", "detail", ("up", "k"), "up", "Scroll up."),
    Action("page_down", "detail", ("pagedown", "space"), "page down", "A page down."),
    Action("page_up", "detail", ("pageup",), "page up", "A page up."),
    Action(
        "edit",
        "detail",
        ("e",),
        "edit",
        "Change this credential; what the probe offers is filled in.",
        _edit,
        True,
    ),
    Action("verify", "detail", ("v",), "verify", "Have the provider try this credential.", _verify, True),
    Action("probe", "detail", ("p",), "probe", "Hold an SMTP conversation from this machine.", _probe, True),
    Action("stages", "detail", ("s", "enter"), "show stages", "The stages of the last probe.", _stages, True),
    Action("delete", "detail", ("d",), "delete", "Delete this credential; asks first.", _delete, True),
    Action("refresh", "detail", ("r",), "read again", "Read this credential again."),
    Action("messages", "detail", ("m",), "messages", "Every notice of this session."),
    Action("back", "detail", ("escape", "q"), "back", "Back to the list.", hint=True),
    Action(
        "next",
        "form",
        ("down",),
        "next field",
        "Next field; Tab and Enter do the same, ← → choose.",
        hint=True,
    ),
    Action("previous", "form", ("up",), "field before", "Field before; Shift+Tab does the same."),
    Action(
        "test",
        "form",
        ("f4", "ctrl+t"),
        "test",
        "Have the provider try what is typed, without storing it.",
        _test,
        True,
    ),
    Action("save", "form", ("f2",), "save", "Store it; says first what cannot be undone.", _busy, True),
    Action("back", "form", ("escape",), "leave", "Leave; asks when something is not saved.", _busy, True),
    Action("scroll_down", "stages", ("down", "j"), "down", "Scroll down.", hint=True),
    Action("scroll_up", "stages", ("up", "k"), "up", "Scroll up."),
    Action("page_down", "stages", ("pagedown", "space"), "page down", "A page down.", hint=True),
    Action("page_up", "stages", ("pageup",), "page up", "A page up."),
    Action(
        "edit", "stages", ("e",), "edit", "Change this credential; what is offered is filled in.", _edit, True
    ),
    Action("back", "stages", ("escape", "q", "enter"), "back", "Back to the credential.", hint=True),
    Action(
        "cancel",
        "verify",
        ("c",),
        "cancel",
        "Stop a verification after what is under way, and a probe at once.",
        _cancel,
        True,
    ),
    Action("scroll_down", "verify", ("down", "j"), "down", "Scroll down.", hint=True),
    Action("scroll_up", "verify", ("up", "k"), "up", "Scroll up."),
    Action("page_down", "verify", ("pagedown", "space"), "page down", "A page down."),
    Action("page_up", "verify", ("pageup",), "page up", "A page up."),
    Action("back", "verify", ("escape", "q"), "back", "Back; it goes on.", hint=True),
    Action("down", "audit", ("down", "j"), "down", "Next finding."),
    Action("up", "audit", ("up", "k"), "up", "Finding before."),
    Action("page_down", "audit", ("pagedown", "space"), "page down", "A page down."),
    Action("page_up", "audit", ("pageup",), "page up", "A page up."),
    Action("first", "audit", ("home", "g"), "first", "First finding."),
    Action("last", "audit", ("end", "G"), "last", "Last finding."),
    Action("open", "audit", ("enter",), "open", "Show the credential it is about.", _needs_row, True),
    Action("edit", "audit", ("e",), "edit", "Change the credential it is about.", _edit, True),
    Action("verify", "audit", ("v",), "verify", "Have the credential tried that it is about.", _verify, True),
    Action(
        "verify_many",
        "audit",
        ("V",),
        "verify rule",
        "Verify all credentials with a finding of this rule; while one runs: show it.",
        _verify_many,
        True,
    ),
    Action("group", "audit", ("t",), "group", "By severity, or by account.", hint=True),
    Action(
        "refresh", "audit", ("r",), "read again", "Read all accounts, audit them and keep it.", _refresh, True
    ),
    Action("messages", "audit", ("m",), "messages", "Every notice of this session."),
    Action("back", "audit", ("escape", "q"), "back", "Back to the list.", hint=True),
    Action(
        "next",
        "request",
        ("down",),
        "next field",
        "Next field; Tab and Enter do the same, ← → choose.",
        hint=True,
    ),
    Action("previous", "request", ("up",), "field before", "Field before; Shift+Tab does the same."),
    Action("plan", "request", ("f2",), "make the plan", "Read both sides; nothing is changed.", _busy, True),
    Action("back", "request", ("escape",), "leave", "Leave; while a plan is made: stop that.", hint=True),
    *_moving("plan", "step", marks=True),
    Action(
        "toggle",
        "plan",
        ("space",),
        "take out/in",
        "Take a step out, or in again; on a lost field: accept that it is lost.",
        _turn,
        True,
    ),
    Action("toggle_all", "plan", ("asterisk",), "all", "Take all steps in, or all out.", _a_step),
    Action(
        "open",
        "plan",
        ("enter",),
        "details",
        "Everything of the step on a page of its own.",
        _a_step,
        True,
    ),
    Action("start", "plan", ("s",), "start", "Ask for a typed yes, then do it.", _refused, True),
    Action("limit", "plan", ("x",), "raise limit", "Agree to more changes than the limits allow.", _limit),
    Action(
        "password",
        "plan",
        ("p",),
        "password",
        "Type the password that steps wait for, and plan again.",
        _password,
    ),
    Action("messages", "plan", ("m",), "messages", "Every notice of this session."),
    Action("back", "plan", ("escape", "q"), "back", "Back; nothing was done.", hint=True),
    *_moving("run", "step"),
    Action(
        "open", "run", ("enter",), "details", "Everything of the step on a page of its own.", _a_step, True
    ),
    Action("cancel", "run", ("c",), "stop", "Stop after the step that is under way.", _cancel, True),
    Action("resume", "run", ("r",), "resume", "Do what remains of it.", _resume, True),
    Action("undo", "run", ("u",), "undo", "Plan to take it back; asks before anything is done.", _undo, True),
    Action("messages", "run", ("m",), "messages", "Every notice of this session."),
    Action("back", "run", ("escape", "q"), "back", "Back; it goes on.", hint=True),
    *_moving("runs", "run"),
    Action("open", "runs", ("enter",), "open", "Show the steps of this run.", _a_run, True),
    Action("resume", "runs", ("r",), "resume", "Do what remains of it.", _resume, True),
    Action(
        "undo", "runs", ("u",), "undo", "Plan to take it back; asks before anything is done.", _undo, True
    ),
    Action("messages", "runs", ("m",), "messages", "Every notice of this session."),
    Action("back", "runs", ("escape", "q"), "back", "Back to the list.", hint=True),
    Action("yes", "dialog", ("y",), "yes", "Agree, where no word is asked for.", hint=True),
    Action("no", "dialog", ("n", "escape"), "no", "Do nothing.", hint=True),
    Action("scroll_down", "dialog", ("down",), "down", "Scroll the text."),
    Action("scroll_up", "dialog", ("up",), "up", "Scroll the text."),
    Action("scroll_down", "pages", ("down", "j"), "down", "Scroll down.", hint=True),
    Action("scroll_up", "pages", ("up", "k"), "up", "Scroll up."),
    Action("page_down", "pages", ("pagedown", "space"), "page down", "A page down.", hint=True),
    Action("page_up", "pages", ("pageup",), "page up", "A page up."),
    Action("back", "pages", ("escape", "q", "enter"), "back", "Back.", hint=True),
    Action(
        "help",
        "everywhere",
        ("question_mark", "f1"),
        "help",
        "The keys, and why some do nothing now.",
        hint=True,
    ),
    Action("repaint", "everywhere", ("ctrl+l",), "repaint", "Draw the whole screen again."),
    Action("leave", "everywhere", ("ctrl+c",), "quit", "Leave; asks while something is unsaved or running."),
)

KEY_NAMES = {
    "slash": "/",
    "question_mark": "?",
    "asterisk": "*",
    "minus": "-",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "down": "↓",
    "up": "↑",
    "f1": "F1",
    "f2": "F2",
    "f4": "F4",
    "ctrl+t": "Ctrl+T",
    "ctrl+l": "Ctrl+L",
    "ctrl+c": "Ctrl+C",
}


PRINTABLE = frozenset({"slash", "question_mark", "asterisk", "minus", "space"})
"""Keys that stand for a character, besides letters."""


def key_name(key: str) -> str:
    """A key as it is written on a keyboard."""
    return KEY_NAMES.get(key, key)


def actions_of(place: str) -> tuple[Action, ...]:
    return tuple(action for action in ACTIONS if action.place == place)


def bindings_of(place: str) -> list[BindingType]:
    """Textual bindings that all lead to `action_perform`."""
    from textual.binding import Binding

    return [
        Binding(",".join(action.keys), f"perform('{action.id}')", action.label, show=False)
        for action in actions_of(place)
    ]


def find(place: str, id: str) -> Action:
    return next(action for action in ACTIONS if action.place == place and action.id == id)
