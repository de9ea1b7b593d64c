"""Every configured account: where it is written, when it was read, whether its login is good."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from smtptui.model.timestamps import format_age
from smtptui.presentation.accounts import format_account, format_check, format_listing_age
from smtptui.presentation.values import format_count
from smtptui.tui.accounts.account_list import AccountLine, AccountList, format_headings
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.credential_store import RowChange
from smtptui.tui.credentials.row import Key
from smtptui.tui.shell.page import LinesScreen
from smtptui.workspace.accounts.overview import ConfiguredAccount


class AccountsScreen(LinesScreen):
    SCOPE = "accounts"
    BINDINGS = bindings_of("accounts")

    def __init__(self) -> None:
        super().__init__()
        self._accounts: dict[str, ConfiguredAccount] = {}

    @property
    def table(self) -> AccountList:
        return self.query_one(AccountList)

    @property
    def current(self) -> ConfiguredAccount | None:
        line = self.table.current_line if self.is_composed else None
        return self._accounts.get(line.name) if line is not None else None

    def action_context(self) -> ActionContext:
        from smtptui.tui.accounts.account_controller import AccountController

        return ActionContext(
            reasons=self.services.controller(AccountController).disabled_reasons(self.current)
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield Static("", id="account-headings", classes="bar", markup=False)
        yield AccountList()
        with VerticalScroll(id="account-pane", can_focus=False):
            yield Static("", id="account-facts", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.show_accounts()
        self.services.show_status()

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#account-headings", Static).update(
            Text(format_headings(event.size.width), no_wrap=True)
        )

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.show_accounts()

    def credentials_changed(self, change: RowChange, key: Key | None) -> None:
        if change is RowChange.ACCOUNT:
            self.show_accounts()

    def show_accounts(self) -> None:
        """What is configured, and what the checks found by now."""
        from smtptui.tui.accounts.account_controller import AccountController
        from smtptui.workspace.accounts.overview import list_configured_accounts

        if not self.is_composed:
            return
        controller = self.services.controller(AccountController)
        checks = controller.checks.results
        now = self.services.now()
        self._accounts = {
            account.name: account for account in list_configured_accounts(self.services.workspace)
        }
        lines = []
        for account in self._accounts.values():
            check = checks.get(account.name)
            bad = check is not None and check.result is not None and check.result.error is not None
            lines.append(
                AccountLine(
                    account.name,
                    account.title,
                    account.read_only,
                    format_listing_age(account, now),
                    check.word if check else "not checked",
                    bad,
                )
            )
        self.table.empty_text = self.services.keymap.fill_keys(
            "No account is configured. {accounts.create} adds one."
        )
        self.table.show(lines)
        if controller.saved_name in self._accounts:
            self.table.go(list(self._accounts).index(controller.saved_name))
            controller.saved_name = ""
        self.query_one("#title", Static).update(
            Text(f"Accounts · {format_count(len(lines), 'account')}", no_wrap=True, overflow="ellipsis")
        )

    def on_line_list_moved(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        account, controller, now = (
            self.current,
            self.services.controller(AccountController),
            self.services.now(),
        )
        text = ""
        if account is not None:
            check = controller.checks.results.get(account.name)
            found = check.result if check is not None else None
            reading, unread = controller.find_read_state(account.name)
            told = found is not None and found.error is not None
            lines = format_account(account, now, is_reading=reading, read_error=None if told else unread)
            if check is not None and found is not None:
                lines += [f"Checked  {format_age(now - check.at)} ago", *format_check(found)]
            text = "\n".join(lines)
        self.query_one("#account-facts", Static).update(Text(self.services.keymap.fill_keys(text)))
        self.refresh_hints()

    # What is done

    def do_check(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        assert self.current is not None
        self.services.controller(AccountController).checks.start([self.current.name])

    def do_check_all(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        self.services.controller(AccountController).checks.start(self.services.workspace.account_names)

    def do_cancel(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        self.services.controller(AccountController).checks.cancel()

    def do_create(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        self.services.controller(AccountController).create()

    def do_edit(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        assert self.current is not None
        self.services.controller(AccountController).edit(self.current)

    def do_delete(self) -> None:
        from smtptui.tui.accounts.account_controller import AccountController

        assert self.current is not None
        self.services.controller(AccountController).remove(self.current)

    def do_messages(self) -> None:
        self.services.show_messages()
