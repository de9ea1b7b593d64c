"""Copies texts to the terminal's clipboard, or prints them when the program ends."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.fields import FIELDS, FieldKind, FieldRole
from smtptui.presentation.values import format_count, format_value
from smtptui.tui.shell.clipboard import copy_sequence, detect_multiplexer, fits_clipboard
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level
from smtptui.tui.shell.pick_text import CopyMethod, PickTextScreen

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services

ABOUT_IT = ("account", "security_inferred", "editable")
"""Fields that tell something about a credential and that nobody types elsewhere."""

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
"""Control characters but for tabs and ends of lines, and what turns the direction of a text."""

FIRST = ("username", "host", "from_email")
"""Fields that are copied more often than others."""


class CopyController:
    def __init__(self, services: Services) -> None:
        self._services = services

    def choose(self, choices: Sequence[tuple[str, str]]) -> None:
        """Ask which of these texts, pairs of a label and a text, is copied or printed."""
        self._services.launch(self._choose(choices), group="copy")

    async def _choose(self, choices: Sequence[tuple[str, str]]) -> None:
        redact = self._services.workspace.redactor.redact
        shown = [(label, redact(text)) for label, text in choices]
        answer = await self._services.push_wait(PickTextScreen(shown))
        if not isinstance(answer, tuple):
            return
        way, index = answer
        label, text = choices[index]
        text = neutralize_controls(text)
        if redact(text) != text and not await self._services.push_wait(make_secret_question(label)):
            self._services.notify(["Nothing was copied."])
            return
        if way is CopyMethod.PRINT:
            self._print(label, text)
        else:
            self._copy(label, text)

    def _copy(self, label: str, text: str) -> None:
        if not fits_clipboard(text):
            self._services.notify(
                [
                    f"{label} is too long for the clipboard of a terminal. {self._otherwise} prints it at the end."
                ],
                Level.WARNING,
            )
            return
        self._services.write_terminal(copy_sequence(text, detect_multiplexer(os.environ)))
        told = f"Copied: {label}. Where the terminal takes none: {self._otherwise}."
        self._services.notify([told])

    @property
    def _otherwise(self) -> str:
        keymap = self._services.keymap
        return f"{keymap.key_of('list', 'copy')}, then {keymap.key_of('copy', 'print')}"

    def _print(self, label: str, text: str) -> None:
        if text not in self._services.exit_output:
            self._services.exit_output.append(text)
        told = format_count(len(self._services.exit_output), "text")
        self._services.notify([f"{label} is printed when you leave ({told})."])


def neutralize_controls(text: str) -> str:
    """The text, with pictures in the place of what a terminal or a shell takes for a command of its own."""
    return _COMMANDS.sub(lambda match: printable(match[0]), text)


def make_secret_question(label: str) -> ConfirmScreen:
    lines = [
        f"{label} holds a secret that this program knows.",
        "Whoever reads the clipboard or the terminal afterwards can read it there.",
    ]
    return ConfirmScreen("Copy a secret?", lines, yes="Copy it", no="Do not")


def list_copy_choices(credential: Credential) -> list[tuple[str, str]]:
    """What can be copied of a credential: its address first, then the fields that hold something."""
    found = [("Address", credential.address)]
    fields = {
        field.name: field.label
        for field in FIELDS
        if field.kind is not FieldKind.OBJECT
        and field.role is not FieldRole.SECRET
        and field.name not in ABOUT_IT
    }
    order = [*FIRST, *(name for name in fields if name not in FIRST)]
    found += [
        (fields[name], format_value(credential.get(name)))
        for name in order
        if name in fields and credential.get(name) not in (None, "")
    ]
    if credential.host:
        found.insert(1, ("Server", f"{credential.host}:{credential.port or '?'}"))
    everything = "\n".join(f"{label}: {text}" for label, text in found)
    return [*found, ("Everything", everything)]
