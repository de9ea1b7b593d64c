"""Where there is no configuration yet: what smtptui is, and the two ways to begin."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from smtptui.model.display import printable
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.shell.confirm import button_label
from smtptui.workspace.core.first_run import DEMO_CHOSEN

WORDS = (
    "smtptui looks after the SMTP credentials that are stored in several platforms: what is stored where,"
    " does it still work, move it, change its password.\n\n"
    "There is no configuration yet at {path}\n\n"
    "d  opens the demo: made-up accounts on a private sandbox. It needs no account and no network, and leaves"
    " nothing.\n"
    "n  adds your first account. Its secrets are named, such as env:NAME, never typed; only you can read the file."
)


class FirstRunScreen(ActionScreen):
    """Goes as soon as there is an account."""

    SCOPE = "first_run"
    BINDINGS = bindings_of("first_run")

    def action_context(self) -> ActionContext:
        from smtptui.tui.accounts.account_controller import AccountController

        return ActionContext(reasons=self.services.controller(AccountController).disabled_reasons(None))

    def compose(self) -> ComposeResult:
        yield Static(Text("smtptui · first run"), id="title", classes="bar")
        with VerticalScroll(classes="page", can_focus=False):
            yield Static(Text(WORDS.format(path=printable(str(self.services.workspace.config.path), 300))))
        with Horizontal(classes="buttons"):
            yield Button(button_label("Demo"), id="demo", compact=True)
            yield Button(button_label("Add an account"), id="create", compact=True)
            yield Button(button_label("Quit"), id="quit", compact=True)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.query_one("#demo", Button).focus()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.services.workspace.account_names:
            self.dismiss(None)

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_perform(event.button.id or "quit")

    def do_demo(self) -> None:
        self.services.leave(DEMO_CHOSEN, title="Open the demo?", yes="Open it")

    def do_create(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        self.services.controller(AccountController).create()

    def do_quit(self) -> None:
        self.services.leave()
