"""The list over all accounts: filter, sort, marks, and what became of each account."""

from __future__ import annotations

from functools import partialmethod

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import AwaitMount
from textual.widgets import Input, Static

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_age_at, format_count
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.catalogue import AccountState, CredentialListModel, ReadState, Sorting
from smtptui.tui.credentials.columns import COLUMNS, COLUMNS_BY_KEY, display_name
from smtptui.tui.credentials.credential_store import RowChange
from smtptui.tui.credentials.credential_table import CredentialTable
from smtptui.tui.credentials.row import Key
from smtptui.tui.credentials.row_filter import RowFilter, parse_filter
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.widgets.inputs import PlainInput

ACCOUNT_LINES = 3
REPAINT_SECONDS = 0.05
"""Rows that arrive within this time are painted together."""
PREPARED_AT_ONCE = 500
"""Rows, so that a key does not wait for more than these."""


class FilterInput(PlainInput):
    """Where the filter is typed; its keys lead back to the rows."""

    def on_key(self, event: events.Key) -> None:
        screen = self.screen
        if not isinstance(screen, CredentialsScreen):
            return
        for action in screen.services.keymap.actions_of("filter"):
            if event.key in action.keys:
                event.stop()
                event.prevent_default()
                screen.leave_filter(clear=action.id == "clear")


class CredentialsScreen(ActionScreen):
    SCOPE = "list"
    BINDINGS = bindings_of("list")

    def __init__(self, catalogue: CredentialListModel, *, subject: str) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._subject = subject
        self._filter = RowFilter()
        self._preparing = 0
        self._filter_pending = False
        self._sorting = Sorting()
        self._repaint_due = False
        self._was_resumed = False
        self._filter_line: AwaitMount | None = None
        self._shown_accounts: list[str] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield CredentialTable(self.services.now, self._catalogue.selection, self._cursor_moved)
        yield Static("", id="row", classes="bar", markup=False)
        yield Static("", id="accounts", classes="-none", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    async def complete(self) -> None:
        """Add what the first frame does not need: where the filter is typed, and what is said of it."""
        if self._filter_line is None:
            line = Horizontal(
                Static("Filter: ", id="filter-label", markup=False),
                FilterInput("", id="filter"),
                id="filter-line",
            )
            problem = Static("", id="filter-problem", markup=False)
            self._filter_line = self.mount(line, problem, before=self._table)
        await self._filter_line

    @on(events.ScreenResume)
    def _screen_resumed(self, event: events.ScreenResume) -> None:
        if not self._was_resumed:
            # Everything was styled a moment ago, when it was mounted.
            self._was_resumed, event.refresh_styles = True, False
        else:
            # The ages are those of now.
            self._table.refresh()
            self._show_accounts()

    def on_mount(self) -> None:
        self._table.focus()
        self.show_rows()

    @property
    def catalogue(self) -> CredentialListModel:
        return self._catalogue

    @property
    def _table(self) -> CredentialTable:
        return self.query_one(CredentialTable)

    @property
    def current(self) -> Credential | None:
        row = self._table.current if self.is_composed else None
        return row.credential if row else None

    @property
    def is_typing(self) -> bool:
        return isinstance(self.focused, FilterInput)

    @property
    def scope(self) -> str:
        return "filter" if self.is_typing else self.SCOPE

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.refresh_hints()

    def action_context(self) -> ActionContext:
        from smtptui.tui.credentials.form.edit_controller import EditController
        from smtptui.tui.credentials.listing_controller import ListingController

        rows = self._table.rows if self.is_composed else ()
        marked, hidden = self._marked_counts() if self.is_composed else (0, 0)
        verify_many = self.verify_read_only_reason(
            lambda: (key[0] for key in self._table.places if not marked or key in self._catalogue.selection)
        )
        can_create = bool(self.services.controller(EditController).writable_accounts())
        reasons = {
            "create": "" if can_create else "no account here lets a credential be created",
            "mark_to": self._range_disabled_reason(),
            "refresh": "the accounts are being read already"
            if self.services.controller(ListingController).is_reading
            else "",
            "verify_many": verify_many,
        }
        return self.context_for(self.current)._replace(
            shown=len(rows), marked_shown=marked, marked_hidden=hidden, reasons=reasons
        )

    def _marked_counts(self) -> tuple[int, int]:
        """How many marked ones are shown, and how many are not."""
        marks = self._catalogue.selection
        shown = marks.count_in(self._table.places.keys()) if marks else 0
        return shown, len(marks) - shown

    def _range_disabled_reason(self) -> str:
        if self._catalogue.selection.anchor is None:
            return "no row was marked yet to begin at; {list.mark} marks one"
        return "" if self._range_start is not None else "the filter hides the row that was marked last"

    async def action_perform(self, id: str) -> None:
        if self.is_composed:
            self._table.held = True
            if self._filter_pending:
                # What is done is done to rows that a person has asked for.
                self.show_rows()
        await super().action_perform(id)

    # What is shown

    def credentials_changed(self, change: RowChange, key: Key | None) -> None:
        if change is RowChange.STATUS and key is not None:
            self._table.repaint(key)
        elif change is RowChange.CACHED:
            self.show_rows()
        elif change is not RowChange.ACCOUNT:
            self._schedule_paint()

    def _schedule_paint(self) -> None:
        """Paint the rows soon, once for many changes."""
        if not self._repaint_due and self.is_composed:
            self._repaint_due = True
            self.set_timer(REPAINT_SECONDS, self.show_rows)

    def show_rows(self) -> None:
        from smtptui.tui.credentials.listing_controller import ListingController

        self._repaint_due = self._filter_pending = False
        if not self.is_composed:
            return
        rows = self._catalogue.view(self._filter, self._sorting, self.services.now())
        self._table.empty_text = "" if rows else self._empty_text()
        self._table.show(rows, self._sorting)
        self.show_title()
        self._show_accounts()
        self.refresh_hints()
        if rows and not self.services.controller(ListingController).is_loading_cache:
            self.call_after_refresh(self.services.reveal_list)

    def show_title(self) -> None:
        rows, marks = self._table.rows, self._catalogue.selection
        total = len(self._catalogue.rows)
        shown = format_count(total, "credential") if len(rows) == total else f"{len(rows)} of {total} shown"
        said = [self._subject, "read-only" if self.services.workspace.options.read_only else ""]
        parts = ["smtptui", *filter(None, said), shown]
        if marks:
            _, hidden = self._marked_counts()
            parts.append(f"{len(marks)} marked" + (f" ({hidden} hidden)" if hidden else ""))
        order = "descending" if self._sorting.descending else "ascending"
        parts.append(f"by {COLUMNS_BY_KEY[self._sorting.column].title.lower()}, {order}")
        self._set_bar("#title", Text(" · ".join(parts), no_wrap=True, overflow="ellipsis"))

    def _set_bar(self, bar: str, text: Text) -> None:
        """Bars have one line each, whatever they tell: nothing has to be laid out anew."""
        self.query_one(bar, Static).update(text, layout=False)

    def _empty_text(self) -> str:
        from smtptui.tui.credentials.listing_controller import ListingController

        if self._catalogue.rows:
            return f"No credential fits the filter. {self._key('clear')} shows all again."
        if self.services.controller(ListingController).is_reading or self._has_waiting_accounts:
            return "Reading the accounts…"
        if not self._catalogue.accounts:
            return f"No account is configured. {self._key('accounts')} leads to adding one."
        return f"No credential is known in these accounts. {self._key('create')} stores a new one."

    @property
    def _has_waiting_accounts(self) -> bool:
        """Whether there is an account whose reading has not begun yet."""
        return any(state.read_state is ReadState.WAITING for state in self._catalogue.accounts.values())

    def _key(self, id: str) -> str:
        return self.services.keymap.key_of("list", id)

    def _show_accounts(self) -> None:
        lines = (self._account_line(state) for state in self._catalogue.accounts.values())
        told = [line for line in lines if line]
        if len(told) > ACCOUNT_LINES:
            more = len(told) - ACCOUNT_LINES + 1
            rest = f"… and {format_count(more, 'more account')}; {self._key('messages')} shows all"
            told = [*told[: ACCOUNT_LINES - 1], rest]
        if told != self._shown_accounts:
            self._shown_accounts = told
            accounts = self.query_one("#accounts", Static)
            accounts.set_class(not told, "-none")
            accounts.update(Text("\n".join(told), no_wrap=True, overflow="ellipsis"))

    def _account_line(self, state: AccountState) -> str:
        if state.read_state is ReadState.WAITING or (
            state.read_state is ReadState.READ and state.complete and state.count
        ):
            return ""
        name = printable(state.account, 30)
        kept, since = self._catalogue.stale_rows(state.account)
        age = format_age_at(since, self.services.now()) if kept else ""
        remembered = f"; {format_count(kept, 'row')} from {age or '?'} ago (~)" if kept else ""
        if state.error is not None:
            return f"✗ {name} could not be read: {printable(state.error.message, 300)}{remembered}"
        if state.read_state is ReadState.READING:
            total = f" of {state.total}" if state.total is not None else ""
            return f"… {name}: reading, {state.count}{total}{remembered}"
        if state.read_state is ReadState.READ and not state.complete:
            return f"! {name} is incomplete: {printable(state.note, 200)}{remembered}"
        if state.read_state is ReadState.READ and state.count == 0 and state.note:
            return f"! {name} is empty: {printable(state.note, 200)}"
        return ""

    def _cursor_moved(self) -> None:
        credential = self.current
        text = ""
        if credential is not None:
            name = display_name(credential)
            facts = [
                name,
                f"{credential.username or 'no user'} at {_server(credential)}",
                credential.security or "security not known",
                credential.from_email if credential.from_email != name else "",
                credential.address,
            ]
            text = "  ".join(printable(fact, 120) for fact in facts if fact)
        self._set_bar("#row", Text(text, no_wrap=True, overflow="ellipsis", style="dim"))
        self.refresh_hints()

    # Filter

    async def do_filter(self) -> None:
        await self.complete()
        self.query_one("#filter-line").add_class("-open")
        # At once: the next key may come with this one, and belongs to the filter.
        self.set_focus(self.query_one("#filter", Input))
        self.services.launch(self._prepare_filter(), group="fold")

    async def _prepare_filter(self) -> None:
        """What is typed meanwhile is seen at once; the rows follow as soon as all can be looked through."""
        self._preparing += 1
        try:
            await self._catalogue.prepare_search()
        finally:
            self._preparing -= 1
        if self._filter_pending:
            self.show_rows()

    async def do_clear(self) -> None:
        await self.complete()
        self.leave_filter(clear=True)

    def leave_filter(self, *, clear: bool) -> None:
        """Back to the rows; the filter stays unless it is to be cleared."""
        typed = self.query_one("#filter", Input)
        if clear:
            typed.value = ""
        if not typed.value:
            self.query_one("#filter-line").remove_class("-open")
        self.set_focus(self._table)

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        self._filter = parse_filter(event.value)
        problem = self.query_one("#filter-problem", Static)
        if self._filter.problem or problem.has_class("-told"):
            problem.set_class(bool(self._filter.problem), "-told")
            problem.update(Text(self._filter.problem, no_wrap=True, overflow="ellipsis"))
        self._filter_pending = bool(self._preparing)
        if not self._preparing:
            self.show_rows()

    # Moving, sorting, marking

    def do_down(self) -> None:
        self._table.move(1)

    def do_up(self) -> None:
        self._table.move(-1)

    def do_page_down(self) -> None:
        self._table.move(self._table.page)

    def do_page_up(self) -> None:
        self._table.move(-self._table.page)

    def do_first(self) -> None:
        self._table.go(0)

    def do_last(self) -> None:
        self._table.go(len(self._table.rows) - 1)

    def do_sort(self) -> None:
        keys = [column.key for column in COLUMNS]
        following = keys[(keys.index(self._sorting.column) + 1) % len(keys)]
        self._sort(Sorting(following))

    def do_reverse(self) -> None:
        self._sort(Sorting(self._sorting.column, not self._sorting.descending))

    def _sort_by(self, column: str) -> None:
        again = column == self._sorting.column
        self._sort(Sorting(column, again and not self._sorting.descending))

    def _sort(self, sorting: Sorting) -> None:
        self._sorting = sorting
        self.show_rows()

    do_sort_account = partialmethod(_sort_by, "account")
    do_sort_name = partialmethod(_sort_by, "name")
    do_sort_host = partialmethod(_sort_by, "host")
    do_sort_port = partialmethod(_sort_by, "port")
    do_sort_security = partialmethod(_sort_by, "security")
    do_sort_username = partialmethod(_sort_by, "username")
    do_sort_from_email = partialmethod(_sort_by, "from_email")
    do_sort_verified = partialmethod(_sort_by, "verified")

    def do_mark(self) -> None:
        row = self._table.current
        assert row is not None
        self._catalogue.selection.toggle_one(row.key)
        self._selection_changed()
        self._table.move(1)

    def do_mark_to(self) -> None:
        begin = self._range_start
        assert begin is not None
        here = self._table.cursor
        between = self._table.rows[min(begin, here) : max(begin, here) + 1]
        self._catalogue.selection.add(row.key for row in between)
        self._selection_changed()

    @property
    def _range_start(self) -> int | None:
        """Where the row stands that was marked last; None where it is not shown."""
        last = self._catalogue.selection.anchor
        if last is None:
            return None
        return self._table.places.get(last)

    def do_mark_all(self) -> None:
        self._catalogue.selection.add(row.key for row in self._table.rows)
        self._selection_changed()

    def do_invert(self) -> None:
        self._catalogue.selection.toggle(row.key for row in self._table.rows)
        self._selection_changed()

    def do_unmark(self) -> None:
        self._catalogue.selection.clear()
        self._selection_changed()

    def _selection_changed(self) -> None:
        self._table.refresh_marks()
        self.show_title()
        self.refresh_hints()

    # What is done

    def do_open(self) -> None:
        credential = self.current
        assert credential is not None
        self.services.open_detail(credential)

    def do_edit(self) -> None:
        from smtptui.tui.credentials.form.edit_controller import EditController

        credential = self.current
        assert credential is not None
        self.services.controller(EditController).edit(credential)

    def do_create(self) -> None:
        from smtptui.tui.credentials.form.edit_controller import EditController

        self.services.controller(EditController).create()

    def do_verify(self) -> None:
        from smtptui.tui.verification.verify_controller import VerifyController

        credential = self.current
        assert credential is not None
        self.services.controller(VerifyController).start([credential])

    def do_probe(self) -> None:
        from smtptui.tui.verification.probe_controller import ProbeController

        marked = self._selected()
        if marked.shown:
            self.services.controller(ProbeController).start_selected(marked)
            return
        credential = self.current
        assert credential is not None
        self.services.controller(ProbeController).start([credential])

    def do_verify_many(self) -> None:
        from smtptui.tui.verification.verify_controller import VerifyController

        if self.services.jobs.is_active(JobKind.VERIFICATION):
            self.services.controller(VerifyController).show()
            return
        marked = self._selected()
        if marked.shown:
            self.services.controller(VerifyController).start_selected(marked)
            return
        self.services.controller(VerifyController).start(
            [row.credential for row in self._table.rows], show=True
        )

    def do_delete(self) -> None:
        from smtptui.tui.credentials.delete_controller import DeleteController

        marked = self._selected()
        credential = self.current
        if marked.shown:
            self.services.controller(DeleteController).start(marked)
        elif credential is not None:
            self.services.controller(DeleteController).start(SelectedCredentials([credential]))

    def do_migrate(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController
        from smtptui.tui.runs.run_controller import RunController

        if self.services.jobs.is_active(JobKind.RUN):
            self.services.controller(RunController).show()
            return
        marked = self._selected()
        self.services.controller(MigrationController).open_selected(
            marked, self.current.account if self.current else None
        )

    def do_rotate(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        marked = self._selected()
        credential = self.current
        if marked.shown:
            self.services.controller(MigrationController).rotate_selected(marked)
        elif credential is not None:
            self.services.controller(MigrationController).open_rotate([credential])

    def do_accounts(self) -> None:
        from smtptui.tui.accounts.accounts_screen import AccountsScreen

        self.services.push(AccountsScreen())

    def do_runs(self) -> None:
        from smtptui.tui.runs.run_controller import RunController

        self.services.controller(RunController).open_runs()

    def do_refresh(self) -> None:
        from smtptui.tui.credentials.listing_controller import ListingController

        self.services.controller(ListingController).read()

    def do_audit(self) -> None:
        self.services.open_audit()

    def do_copy(self) -> None:
        from smtptui.tui.credentials.copy_controller import CopyController

        credential = self.current
        assert credential is not None
        from smtptui.tui.credentials.copy_controller import list_copy_choices

        self.services.controller(CopyController).choose(list_copy_choices(credential))

    def do_edit_many(self) -> None:
        from smtptui.tui.credentials.form.bulk_edit_controller import BulkEditController

        self.services.controller(BulkEditController).open(self._selected())

    def do_export(self) -> None:
        from smtptui.tui.credentials.export_controller import ExportController

        marked = self._selected()
        shown = [row.credential for row in self._table.rows]
        self.services.controller(ExportController).start(
            marked if marked.shown or marked.hidden else SelectedCredentials(shown)
        )

    def _selected(self) -> SelectedCredentials:
        """What is marked, apart by whether the filter shows it."""
        return self._catalogue.selected_credentials(self._table.rows)

    def do_jobs(self) -> None:
        self.services.show_jobs()

    def do_messages(self) -> None:
        self.services.show_messages()

    def do_quit(self) -> None:
        self.services.leave()


def _server(credential: Credential) -> str:
    if not credential.host:
        return "a host that is not known"
    return f"{credential.host}:{credential.port or '?'}"
