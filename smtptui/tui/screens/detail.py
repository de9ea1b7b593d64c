"""Everything that is known of one credential: its fields, both opinions, and what only its provider has."""

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
from smtptui.model.fields import FIELDS, Kind, Role
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.catalogue import Key
from smtptui.tui.screens.page import Scrolling
from smtptui.tui.wording import PASSWORDS, STYLES, ago, error_lines, opinion, value_text, verified


class DetailScreen(Scrolling):
    """Shows at once what the list knows, then what the provider says now."""

    PLACE = "detail"
    BINDINGS = bindings_of("detail")

    def __init__(self, credential: Credential) -> None:
        super().__init__()
        self.credential = credential
        self._state = "reading…"

    @property
    def key(self) -> Key:
        return (self.credential.account, self.credential.id)

    def situation(self) -> Situation:
        return self.about(self.credential)

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        with VerticalScroll(classes="page", can_focus=False):
            yield Static("", id="facts", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        self.refresh_facts()
        self.our_app.show_status()
        self.do_refresh()

    def do_refresh(self) -> None:
        self._state = "reading…"
        self.refresh_facts()
        self.our_app.launch(self._read(), group="detail")

    async def _read(self) -> None:
        try:
            found = await self.our_app.uses.show(self.key)
        except NotFoundError as error:
            self._state = "not found"
            self.our_app.say_error(error)
        except SmtptuiError as error:
            self._state = f"could not be read again: {error_lines(error)[0]}"
        else:
            self._state = "as read now"
            self.credential = found
            self.our_app.showing.put(found)
        self.refresh_facts()

    def take(self, credential: Credential) -> None:
        """The credential is another by now."""
        if (credential.account, credential.id) == self.key:
            self.credential = credential
            self.refresh_facts()

    def refresh_facts(self) -> None:
        if not self.composed:
            return
        credential = self.credential
        capabilities = self.our_app.uses.capabilities(credential.account)
        title = f"{printable(credential.address, 60)}  {printable(self._state, 60)}"
        self.query_one("#title", Static).update(Text(title, no_wrap=True, overflow="ellipsis"))
        facts = facts_of(
            credential, capabilities, self.our_app.uses.now(), self.our_app.showing.busy_with(credential)
        )
        self.query_one("#facts", Static).update(facts)
        self.refresh_hints()

    def do_edit(self) -> None:
        self.our_app.storer.edit(self.credential)

    def do_verify(self) -> None:
        self.our_app.verifier.start([self.credential])

    def do_delete(self) -> None:
        self.our_app.deleter.start([self.credential], hidden=0)

    def do_messages(self) -> None:
        self.our_app.show_messages()


def facts_of(credential: Credential, capabilities: Capabilities, now: datetime, busy: str = "") -> Text:
    """The whole credential as text; every string of the provider is made harmless."""
    text = Text()

    def line(label: str, value: str, style: str = "") -> None:
        text.append(f"{label:<20} ", style="bold")
        text.append(f"{value}\n", style=style)

    summary = busy or verified(credential, now)
    line("Verified", summary, "" if busy else STYLES[credential.verification.summary])
    line("  by the provider", opinion(credential.verification.provider, now))
    line("  by our probe", opinion(credential.verification.probe, now))
    text.append("\n")
    for field in FIELDS:
        if field.kind is Kind.OBJECT or field.name in ("account", "id", "security_inferred"):
            continue
        if field.role is Role.SECRET:
            line(field.label, PASSWORDS[credential.password])
            continue
        value = credential.value(field.name)
        absent = field.writable and capabilities.of(field.name).access is Access.ABSENT
        if value is None and absent:
            continue
        shown = printable(value_text(value), 2000) if value is not None else "–"
        if field.name == "provider":
            shown = f"{capabilities.title} ({shown})"
        elif field.name == "security" and credential.security_inferred:
            shown += " (concluded from the port)"
        elif field.kind is Kind.BOOLEAN and value is not None:
            shown = "yes" if value else "no"
        elif field.kind is Kind.TIMESTAMP and value is not None:
            shown += f" ({ago(str(value), now) or '?'} ago)"
        line(field.label, shown)
    if credential.native:
        text.append(f"\nOnly at {capabilities.title}\n", style="bold")
        for key, value in credential.native.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            line(f"  {printable(key, 60)}", printable(shown, 2000))
    return text
