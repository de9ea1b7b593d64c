"""The form of a rotation: the new password of several credentials."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_count
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import Plan
from smtptui.tui.credentials.columns import display_label
from smtptui.tui.runs.planning import MakePlan, prompt_password
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

    def do_back(self) -> None:
        if not self.is_planning:
            self.query_one(SecretInput).forget()
        super().do_back()

    async def prepare_plan(self) -> MakePlan | None:
        from smtptui.workspace.plans.rotations import plan_rotation

        workspace, addresses = self.services.workspace, [item.address for item in self._credentials]
        reference = await self._find_reference()
        if not reference:
            self.services.notify(["Nothing was planned: no password was typed."], keep=False)
            return None

        async def make(password_from: str | None) -> Plan:
            return await plan_rotation(
                workspace,
                addresses,
                password_from=password_from or reference,
                username=self.row("username").text or None,
                host=self.row("host").text or None,
            )

        return make

    async def _find_reference(self) -> str | None:
        """Return the reference to the new password: as chosen, or to what is typed in the form or asked for now."""
        if self.row("way").text == REFERENCE:
            return self.row("reference").text
        typed = self.query_one(SecretInput)
        secret = Secret(typed.value) if typed.value else None
        typed.forget()
        if secret is not None:
            from smtptui.workspace.plans.password_sources import hold_typed_password

            return hold_typed_password(self.services.workspace, secret)
        count = format_count(len(self._credentials), "credential")
        return await prompt_password(self.services, f"The new password for {count}")
