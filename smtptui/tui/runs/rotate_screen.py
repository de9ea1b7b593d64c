"""Say what the new password of several credentials is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_count
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import Plan
from smtptui.tui.credentials.columns import display_label
from smtptui.tui.runs.request_screen import RequestRow, RequestScreen
from smtptui.tui.shell.drafts import DraftKey
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import PlainInput, SecretInput

TYPED, REFERENCE = "type", "reference"


class RotateScreen(RequestScreen):
    HEADING = "Rotate a password: it is tried at every login before it is stored anywhere"
    DRAFT_TITLE = "Rotate a password"

    def __init__(self, credentials: Sequence[Credential]) -> None:
        super().__init__()
        self._credentials = credentials

    @property
    def draft_key(self) -> DraftKey:
        return (self.DRAFT_TITLE, *(item.address for item in self._credentials))

    def header_text(self) -> Text:
        text = Text()
        for item in self._credentials:
            server = f"{item.username or 'no user'} at {item.host or '?'}:{item.port or '?'}"
            text.append(f"{printable(item.account, 20)}/{printable(display_label(item), 30)}", style="bold")
            text.append(f"  {printable(server, 120)}\n")
        return text

    def build_rows(self) -> Sequence[RequestRow]:
        ways = [(TYPED, "type it, kept in memory for this run"), (REFERENCE, "from a reference")]
        way, typed = ChoiceField(ways, TYPED, classes="editor"), SecretInput(classes="editor")
        way.forward_typing_to(TYPED, typed)
        return [
            RequestRow("New password", way, "← → choose where it comes from; a letter begins to type it.", id="way"),
            RequestRow("The password", typed, "Never shown. Empty: it is asked for when the plan is made.", id="typed"),
            RequestRow("Reference", PlainInput("", classes="editor"), "env:NAME, file:PATH, cmd:COMMAND ARG… or keyring:SERVICE/USER", id="reference"),
            RequestRow("New username", PlainInput("", classes="editor"), "Empty keeps each as it is.", id="username"),
            RequestRow("New host", PlainInput("", classes="editor"), "Empty keeps each as it is.", id="host"),
        ]  # fmt: skip

    def update_rows(self) -> None:
        self.row("typed").display = self.row("way").text == TYPED
        self.row("reference").display = self.row("way").text == REFERENCE

    def find_problem(self) -> tuple[str, str] | None:
        if self.row("way").text == REFERENCE and not self.row("reference").text:
            return "reference", "Name where the new password is, or choose to type it."
        return None

    def _take_typed_password(self) -> str | None:
        """The reference to what was typed in the form, which forgets it; None when nothing was."""
        typed = self.query_one(SecretInput)
        secret = Secret(typed.value) if typed.value else None
        typed.forget()
        return self.services.uses.hold_password(secret) if secret is not None else None

    def do_back(self) -> None:
        if not self.is_planning:
            self.query_one(SecretInput).forget()
        super().do_back()

    async def request_plan(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        migrator, uses = self.services.controller(MigrationController), self.services.uses
        reference: str | None = self.row("reference").text
        if self.row("way").text == TYPED:
            reference = self._take_typed_password()
            if reference is None:
                count = format_count(len(self._credentials), "credential")
                reference = await migrator.prompt_password(f"The new password for {count}")
        if not reference:
            self.services.notify(["Nothing was planned: no password was typed."], keep=False)
            return
        known = reference

        async def make(password_from: str | None) -> Plan:
            return await uses.plan_rotation(
                [item.address for item in self._credentials],
                password_from=password_from or known,
                username=self.row("username").text or None,
                host=self.row("host").text or None,
            )

        await migrator.show_plan(make)
