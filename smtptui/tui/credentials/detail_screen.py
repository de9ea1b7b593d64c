"""The page of one credential: its fields, both opinions, and its provider's own fields."""

from __future__ import annotations

import json
from datetime import datetime

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from smtptui.model.capability import Access, Capabilities
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import NotFoundError, SmtptuiError
from smtptui.model.fields import FIELDS, FieldKind, FieldRole
from smtptui.model.verification import Status
from smtptui.presentation.errors import format_error
from smtptui.presentation.opinions import PASSWORD_TEXTS
from smtptui.presentation.values import format_age_at, format_value
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.credential_store import RowChange
from smtptui.tui.credentials.form.suggested_fix import format_suggestion, suggested_edit
from smtptui.tui.credentials.row import Key
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.shell.notices import Level
from smtptui.tui.shell.page import ScrollingScreen
from smtptui.tui.verification.stages_screen import StagesScreen
from smtptui.tui.verification.verdict_view import render_opinions


class DetailScreen(ScrollingScreen):
    """Shows the row's data at once, then reads the credential live."""

    SCOPE = "detail"
    BINDINGS = bindings_of("detail")

    def __init__(self, credential: Credential) -> None:
        super().__init__()
        self.credential = credential
        self._state = "reading…"

    @property
    def key(self) -> Key:
        return (self.credential.account, self.credential.id)

    def action_context(self) -> ActionContext:
        never = "" if self._was_probed else "it was never probed from here; {detail.probe} does"
        return self.context_for(self.credential)._replace(reasons={"stages": never})

    @property
    def _was_probed(self) -> bool:
        return self.credential.verification.probe.at is not None

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        with VerticalScroll(classes="page", can_focus=False):
            yield Static("", id="opinions", markup=False)
            yield Static("", id="offer", markup=False)
            yield Static("", id="facts", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.refresh_facts()
        self.services.show_status()
        self.do_refresh()

    def on_screen_resume(self) -> None:
        # The ages are those of now; at first they are painted with what is read.
        if self._state != "reading…":
            self.refresh_facts()

    def do_refresh(self) -> None:
        self._state = "reading…"
        self.refresh_facts()
        self.services.launch(self._read(), group="detail")

    async def _read(self) -> None:
        from smtptui.workspace.credentials.show import show

        try:
            found = await show(self.services.workspace, self.key)
        except NotFoundError as error:
            self._state = "not found"
            self.services.notify_error(error)
        except SmtptuiError as error:
            self._state = f"could not be read again: {format_error(error)[0]}"
        else:
            self._state = "live"
            self.credential = found
            self.services.credentials.update(found)
        self.refresh_facts()

    def credentials_changed(self, change: RowChange, key: Key | None) -> None:
        if key != self.key:
            return
        if change is RowChange.REMOVED:
            self.dismiss(None)
        else:
            self.credential = self.services.credentials.find(self.key) or self.credential
            self.refresh_facts()

    def refresh_facts(self) -> None:
        from smtptui.workspace.verification.probe import load_verdicts

        if not self.is_composed:
            return
        credential = self.credential
        capabilities = self.services.workspace.capabilities(credential.account)
        title = f"{printable(credential.address, 60)}  {printable(self._state, 60)}"
        self.query_one("#title", Static).update(Text(title, no_wrap=True, overflow="ellipsis"))
        now, busy = self.services.now(), self.services.credentials.busy_word(credential)
        self.query_one("#opinions", Static).update(render_opinions(credential.verification, now, busy))
        # Only a mismatch comes with an edit, so that others need not read what is kept.
        mismatch = credential.verification.probe.status is not Status.VERIFIED
        kept = load_verdicts(self.services.workspace, credential) if mismatch and self._was_probed else ()
        offer = self.query_one("#offer", Static)
        told = format_suggestion(
            suggested_edit(credential, capabilities, kept), self.services.keymap.key_of("detail", "edit")
        )
        offer.display = bool(told)
        offer.update(Text(told, style="bold yellow"))
        self.query_one("#facts", Static).update(format_facts(credential, capabilities, now))
        self.refresh_hints()

    def do_edit(self) -> None:
        from smtptui.tui.credentials.form.edit_controller import EditController

        self.services.controller(EditController).open_suggested_edit(self.credential)

    def do_verify(self) -> None:
        from smtptui.tui.verification.verify_controller import VerifyController

        self.services.controller(VerifyController).start([self.credential])

    def do_probe(self) -> None:
        from smtptui.tui.verification.probe_controller import ProbeController

        self.services.controller(ProbeController).start([self.credential])

    def do_stages(self) -> None:
        from smtptui.workspace.verification.probe import load_verdicts

        kept = load_verdicts(self.services.workspace, self.credential)
        if kept:
            self.services.push(StagesScreen(self.credential, kept))
        else:
            self.services.notify(["Nothing is kept of its probes."], Level.WARNING)

    def do_delete(self) -> None:
        from smtptui.tui.credentials.delete_controller import DeleteController

        self.services.controller(DeleteController).start(SelectedCredentials([self.credential]))

    def do_copy(self) -> None:
        from smtptui.tui.credentials.copy_controller import CopyController, list_copy_choices

        self.services.controller(CopyController).choose(list_copy_choices(self.credential))


def format_facts(credential: Credential, capabilities: Capabilities, now: datetime) -> Text:
    """The fields of a credential and what only its provider has; every string of the provider is made harmless."""
    text = Text()

    def line(label: str, value: str) -> None:
        text.append(f"{label:<20} ", style="bold")
        text.append(f"{value}\n")

    for field in FIELDS:
        if field.kind is FieldKind.OBJECT or field.name in ("account", "id", "security_inferred"):
            continue
        if field.role is FieldRole.SECRET:
            line(field.label, PASSWORD_TEXTS[credential.password])
            continue
        value = credential.get(field.name)
        absent = field.is_writable and capabilities.for_field(field.name).access is Access.ABSENT
        if value is None and absent:
            continue
        shown = printable(format_value(value), 2000) if value is not None else "–"
        if field.name == "provider":
            shown = f"{capabilities.title} ({shown})"
        elif field.name == "security" and credential.security_inferred:
            shown += " (inferred from the port)"
        elif field.kind is FieldKind.BOOLEAN and value is not None:
            shown = "yes" if value else "no"
        elif field.kind is FieldKind.TIMESTAMP and value is not None:
            shown += f" ({format_age_at(str(value), now) or '?'} ago)"
        line(field.label, shown)
    if credential.native:
        text.append(f"\nOnly at {capabilities.title}\n", style="bold")
        for key, value in credential.native.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            line(f"  {printable(key, 60)}", printable(shown, 2000))
    return text
