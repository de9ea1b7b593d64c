"""Copy what a person points at: to the clipboard of their terminal, or onto the terminal when the program ends."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.fields import FIELDS, Kind, Role
from smtptui.presentation.errors import counted, value_text
from smtptui.tui.shell.clipboard import between, copying, fits
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level
from smtptui.tui.shell.pick_text import PickTextScreen, Way

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp

ABOUT_IT = ("account", "security_inferred", "editable")
"""Fields that tell something about a credential and that nobody types elsewhere."""

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
"""Control characters but for tabs and ends of lines, and what turns the direction of a text."""

FIRST = ("username", "host", "from_email")
"""Fields that are copied more often than others."""


class Copier:
    """`to_print` is what is printed when the program ends."""

    def __init__(self, app: SmtptuiApp) -> None:
        self._app = app
        self.to_print: list[str] = []

    def choose(self, choices: Sequence[tuple[str, str]]) -> None:
        """Ask which of these texts, pairs of a label and a text, is copied or printed."""
        self._app.launch(self._choose(choices), group="copy")

    async def _choose(self, choices: Sequence[tuple[str, str]]) -> None:
        redact = self._app.uses.redact
        shown = [(label, redact(text)) for label, text in choices]
        answer = await self._app.push_screen_wait(PickTextScreen(shown))
        if not isinstance(answer, tuple):
            return
        way, index = answer
        label, text = choices[index]
        text = harmless(text)
        if redact(text) != text and not await self._app.push_screen_wait(secret_question(label)):
            self._app.say(["Nothing was copied."])
            return
        if way is Way.PRINT:
            self._print(label, text)
        else:
            self._copy(label, text)

    def _copy(self, label: str, text: str) -> None:
        if not fits(text):
            self._app.say(
                [
                    f"{label} is too long for the clipboard of a terminal. {self._otherwise} prints it at the end."
                ],
                Level.WARNING,
            )
            return
        driver = self._app._driver
        if driver is not None:
            driver.write(copying(text, between(os.environ)))
            driver.flush()
        told = f"Copied: {label}. Where the terminal takes none: {self._otherwise}."
        self._app.say([told])

    @property
    def _otherwise(self) -> str:
        keymap = self._app.keymap
        return f"{keymap.key_of('list', 'copy')}, then {keymap.key_of('copy', 'print')}"

    def _print(self, label: str, text: str) -> None:
        if text not in self.to_print:
            self.to_print.append(text)
        told = counted(len(self.to_print), "text")
        self._app.say([f"{label} is printed when you leave ({told})."])


def harmless(text: str) -> str:
    """The text, with pictures in the place of what a terminal or a shell takes for a command of its own."""
    return _COMMANDS.sub(lambda match: printable(match[0]), text)


def secret_question(label: str) -> ConfirmScreen:
    lines = [
        f"{label} holds a secret that this program knows.",
        "Whoever reads the clipboard or the terminal afterwards can read it there.",
    ]
    return ConfirmScreen("Copy a secret?", lines, yes="Copy it", no="Do not")


def texts_of(credential: Credential) -> list[tuple[str, str]]:
    """What can be copied of a credential: its address first, then the fields that hold something."""
    found = [("Address", credential.address)]
    fields = {
        field.name: field.label
        for field in FIELDS
        if field.kind is not Kind.OBJECT and field.role is not Role.SECRET and field.name not in ABOUT_IT
    }
    order = [*FIRST, *(name for name in fields if name not in FIRST)]
    found += [
        (fields[name], value_text(credential.value(name)))
        for name in order
        if name in fields and credential.value(name) not in (None, "")
    ]
    if credential.host:
        found.insert(1, ("Server", f"{credential.host}:{credential.port or '?'}"))
    everything = "\n".join(f"{label}: {text}" for label, text in found)
    return [*found, ("Everything", everything)]
