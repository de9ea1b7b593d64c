"""Say what the new password of several credentials is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.errors import counted
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import Plan
from smtptui.tui.credentials.columns import label_of
from smtptui.tui.runs.request_screen import RequestRow, RequestScreen
from smtptui.tui.shell.drafts import Place
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.plain_input import PlainInput
from smtptui.tui.widgets.secret_input import SecretInput

TYPE, REFERENCE = "type", "reference"


class RotateScreen(RequestScreen):
    HEADING = "Rotate a password: it is tried at every login before it is stored anywhere"
    WISH = "Rotate a password"

    def __init__(self, credentials: Sequence[Credential]) -> None:
        super().__init__()
        self._credentials = credentials

    @property
    def kept_at(self) -> Place:
        return (self.WISH, *(item.address for item in self._credentials))

    def above(self) -> Text:
        text = Text()
        for item in self._credentials:
            server = f"{item.username or 'no user'} at {item.host or '?'}:{item.port or '?'}"
            text.append(f"{printable(item.account, 20)}/{printable(label_of(item), 30)}", style="bold")
            text.append(f"  {printable(server, 120)}\n")
        return text

    def rows_of(self) -> Sequence[RequestRow]:
        ways = [(TYPE, "type it, kept in memory for this run"), (REFERENCE, "from a reference")]
        way, typed = ChoiceField(ways, TYPE, classes="editor"), SecretInput(classes="editor")
        way.hand_typing(TYPE, typed)
        return [
            RequestRow("New password", way, "← → choose where it comes from; a letter begins to type it.", id="way"),
            RequestRow("The password", typed, "Never shown. Empty: it is asked for when the plan is made.", id="typed"),
            RequestRow("Reference", PlainInput("", classes="editor"), "env:NAME, file:PATH, cmd:COMMAND ARG… or keyring:SERVICE/USER", id="reference"),
            RequestRow("New username", PlainInput("", classes="editor"), "Empty keeps each as it is.", id="username"),
            RequestRow("New host", PlainInput("", classes="editor"), "Empty keeps each as it is.", id="host"),
        ]  # fmt: skip

    def show_rows(self) -> None:
        self.row("typed").display = self.row("way").text == TYPE
        self.row("reference").display = self.row("way").text == REFERENCE

    def problem(self) -> tuple[str, str] | None:
        if self.row("way").text == REFERENCE and not self.row("reference").text:
            return "reference", "Name where the new password is, or choose to type it."
        return None

    def _taken(self) -> str | None:
        """The reference to what was typed in the form, which forgets it; None when nothing was."""
        typed = self.query_one(SecretInput)
        secret = Secret(typed.value) if typed.value else None
        typed.forget()
        return self.our_app.uses.hold_password(secret) if secret is not None else None

    def do_back(self) -> None:
        if not self.planning:
            self.query_one(SecretInput).forget()
        super().do_back()

    async def planned(self) -> None:
        migrator, uses = self.our_app.migrator, self.our_app.uses
        reference: str | None = self.row("reference").text
        if self.row("way").text == TYPE:
            reference = self._taken()
            if reference is None:
                count = counted(len(self._credentials), "credential")
                reference = await migrator.typed_password(f"The new password for {count}")
        if not reference:
            self.our_app.say(["Nothing was planned: no password was typed."], keep=False)
            return
        known = reference

        async def make(password_from: str | None) -> Plan:
            return await uses.plan_rotation(
                [item.address for item in self._credentials],
                password_from=password_from or known,
                username=self.row("username").text or None,
                host=self.row("host").text or None,
            )

        await migrator.plan(make)
