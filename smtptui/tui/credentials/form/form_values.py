"""The values of a form without its widgets: stored texts, typed texts, and their differences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from smtptui.model.capability import Access, Capabilities, PasswordUpdate
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.fields import Field, FieldKind, FieldRole
from smtptui.model.json_value import Json
from smtptui.presentation.values import format_value
from smtptui.workspace.credentials.form_input import FormField

LOGIN_FIELDS = ("host", "port", "security", "username")
"""A stored password belongs to these: when one changes, a test needs the password again."""

NATIVE_PREFIX = "native."


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line of a form. `fixed` holds the reason why it takes no value; `choices` the values of a choice.

    `absent`: the provider has no such field at all.
    """

    name: str
    label: str
    help: str
    is_required: bool = False
    fixed_reason: str = ""
    choices: tuple[str, ...] = ()
    is_secret: bool = False
    is_absent: bool = False


def build_form_lines(form_fields: Sequence[FormField], capabilities: Capabilities) -> tuple[FormLine, ...]:
    """Lines that take a value first, in the order of the field table, then the native ones, then the rest."""
    lines = [_build_line(item) for item in form_fields]
    native = [
        FormLine(NATIVE_PREFIX + item.name, item.name, f"{item.help} Written as JSON.")
        for item in capabilities.native
        if item.wanted
    ]
    taking = [line for line in lines if not line.fixed_reason]
    return (*taking, *native, *(line for line in lines if line.fixed_reason))


def _build_line(item: FormField) -> FormLine:
    spec, capability = item.field, item.capability
    fixed = item.reason if item.disabled else ""
    if not fixed and capability.access is Access.COERCED:
        fixed = capability.note or "decided by the provider"
    notes = " ".join(part for part in (spec.help, item.note) if part)
    if spec.role is FieldRole.SECRET:
        notes = item.note
    return FormLine(
        spec.name,
        spec.label,
        notes,
        item.required,
        fixed,
        _choices(spec, capability.choices),
        spec.role is FieldRole.SECRET,
        capability.access is Access.ABSENT,
    )


def _choices(spec: Field, limited: tuple[str, ...] | None) -> tuple[str, ...]:
    if spec.kind is FieldKind.BOOLEAN:
        return ("true", "false")
    return limited or spec.choices


def list_password_choices(
    capabilities: Capabilities, credential: Credential | None, *, required: bool
) -> list[tuple[str, str]]:
    """What can be done about the password, as value and words; never prefilled."""
    if credential is None:
        return [("set", "set one")] if required else [("keep", "none"), ("set", "set one")]
    words = {
        PasswordUpdate.KEEP: "keep what is stored",
        PasswordUpdate.SET: "set a new one",
        PasswordUpdate.CLEAR: "remove it",
    }
    if credential.password is PasswordState.ABSENT:
        words[PasswordUpdate.KEEP] = "keep it empty"
    order = (PasswordUpdate.KEEP, PasswordUpdate.SET, PasswordUpdate.CLEAR)
    return [
        (str(update), words[update])
        for update in order
        if update in capabilities.password_updates or update is PasswordUpdate.KEEP
    ]


@dataclass(slots=True)
class FormValues:
    """`initial` is what is stored, `texts` what is typed; both by the names of the lines that take a value."""

    initial: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_credential(cls, lines: Sequence[FormLine], credential: Credential | None) -> FormValues:
        initial = {
            line.name: "" if credential is None else format_stored(credential, line.name)
            for line in lines
            if not line.fixed_reason and not line.is_secret
        }
        return cls(initial, dict(initial))

    def collect_changes(self) -> dict[str, str]:
        """Every text that differs from what is stored."""
        return {name: text for name, text in self.texts.items() if text != self.initial[name]}

    def drop_native(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The texts of the field table's fields among these."""
        return {name: text for name, text in texts.items() if not name.startswith(NATIVE_PREFIX)}

    def parse_native(self, texts: Mapping[str, str]) -> tuple[dict[str, Json], dict[str, str]]:
        """The native values among these texts, and the problems of those that cannot be read."""
        values: dict[str, Json] = {}
        problems: dict[str, str] = {}
        for name, text in texts.items():
            if not name.startswith(NATIVE_PREFIX):
                continue
            try:
                values[name.removeprefix(NATIVE_PREFIX)] = json.loads(text) if text.strip() else None
            except ValueError:
                problems[name] = 'This is not JSON. A text stands in quotes ("text"), a number does not.'
        return values, problems

    def has_login_change(self) -> bool:
        """Return whether the stored password would go to another server or user."""
        return any(name in self.collect_changes() for name in LOGIN_FIELDS)

    def rebase(self, lines: Sequence[FormLine], credential: Credential) -> None:
        """Keep what was typed and take everything else from a newer stored version."""
        mine = self.collect_changes()
        fresh = FormValues.from_credential(lines, credential)
        self.initial = fresh.initial
        self.texts = {**fresh.initial, **mine}


def format_stored(credential: Credential, name: str) -> str:
    if name.startswith(NATIVE_PREFIX):
        value = credential.native.get(name.removeprefix(NATIVE_PREFIX))
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    if name == "security" and credential.security_inferred:
        return ""
    return format_value(credential.get(name))


def format_conflict(details: Json) -> list[str]:
    """Return both versions of a conflict, field by field."""
    if not isinstance(details, Mapping):
        return []
    parts = {key: details.get(key) for key in ("read", "theirs", "yours")}
    sides = {key: value if isinstance(value, Mapping) else {} for key, value in parts.items()}
    names = list(dict.fromkeys([*sides["theirs"], *sides["yours"]]))
    lines = []
    for name in names:
        lines.append(f"{name}")
        for key, word in (("read", "you read"), ("theirs", "stored now"), ("yours", "you want")):
            if name in sides[key]:
                lines.append(f"    {word:<11} {_format_value(sides[key][name])}")
    return lines


def _format_value(value: Json) -> str:
    if value is None:
        return "(empty)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
