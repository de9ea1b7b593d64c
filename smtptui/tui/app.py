"""The terminal screen: opens a workspace, reads its accounts, and keeps the screens together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.filter import Monochrome, NoColor
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from smtptui.model.capability import Operation
from smtptui.model.consent import Consent
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SecretMissingError, SmtptuiError
from smtptui.secrets.secret import Secret
from smtptui.tui.actions import actions_of
from smtptui.tui.catalogue import Catalogue, key_of
from smtptui.tui.catalogue import Key as RowKey
from smtptui.tui.columns import label_of
from smtptui.tui.crash import write_report
from smtptui.tui.jobs import VerifyJob
from smtptui.tui.key_gate import KeyGate
from smtptui.tui.notices import Level, Notice, Notices
from smtptui.tui.screens.ask_secret import AskSecretScreen
from smtptui.tui.screens.base import ActionScreen
from smtptui.tui.screens.confirm import ConfirmScreen
from smtptui.tui.screens.credentials import CredentialsScreen
from smtptui.tui.screens.detail import DetailScreen
from smtptui.tui.screens.dialog import Dialog
from smtptui.tui.screens.form import FormScreen, Saved
from smtptui.tui.screens.help import HelpScreen
from smtptui.tui.screens.messages import MessagesScreen
from smtptui.tui.screens.pick_account import PickAccountScreen
from smtptui.tui.screens.verify import VerifyScreen
from smtptui.tui.stats import CountingDriver
from smtptui.tui.usecases import UseCases
from smtptui.tui.wording import counted, error_lines
from smtptui.workspace.events import AccountRead, ItemDeleted, ItemFailed, VerificationDone

if TYPE_CHECKING:
    from smtptui.workspace.opening import Options

LISTED_TARGETS = 200
WRITE_PATIENCE = 15.0
"""Seconds a write under way is given to end when the program is told to stop."""
INTERRUPTED = 130


class SmtptuiApp(App[int], inherit_bindings=False):
    """`crash_folder` is where a report goes; `demo` says so in the title."""

    TITLE = "smtptui"
    CSS_PATH = "styles/smtptui.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-wide-enough")]  # noqa: RUF012 - typed by Textual
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-high-enough")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(action.keys), action.id, action.label, show=False)
        for action in actions_of("everywhere")
    ]

    def __init__(
        self,
        uses: UseCases,
        *,
        demo: bool = False,
        crash_folder: Path | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class)
        self.theme = "ansi-dark"
        # Textual chose the filter by its own default theme, and that one paints greys under NO_COLOR.
        self._filters = [NoColor() if isinstance(kept, Monochrome) else kept for kept in self._filters]
        self.animation_level = "none"
        self.uses = uses
        self.catalogue = Catalogue(uses.account_names)
        self.notices = Notices()
        self.job: VerifyJob | None = None
        self.report: Path | None = None
        self._crash_folder = crash_folder
        self._demo = demo
        self._job_worker: Worker[None] | None = None
        self._reading = False
        self._writes = 0
        self._no_writes = asyncio.Event()
        self._no_writes.set()
        self._told_notices: set[str] = set()
        self._list = CredentialsScreen(self.catalogue, subject="demo" if demo else "")
        self._status = ("", Level.INFO)
        self._keys = KeyGate(self, super().on_event)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            await self._keys.take(event)
        else:
            await super().on_event(event)

    def get_default_screen(self) -> Screen[Any]:
        return self._list

    # Opening and leaving

    def on_mount(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Only the main thread of a main program gets signals; a test may run elsewhere.
            with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(number, self._told_to_stop)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self.launch(self._first_reading(), group="list")

    async def _first_reading(self) -> None:
        self._take_notices()
        self._reading = True
        for number, event in enumerate(self.uses.snapshot()):
            self.catalogue.apply(event)
            if number % 4 == 0:
                self._list.show_rows()
                await asyncio.sleep(0)
        self._list.show_rows()
        await asyncio.sleep(0)
        await self._read(())

    def _told_to_stop(self) -> None:
        self.launch(self._stop(), group="stop")

    async def _stop(self) -> None:
        """A write under way is let end: what it did must be known."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._no_writes.wait(), WRITE_PATIENCE)
        self.exit(INTERRUPTED, return_code=INTERRUPTED)

    def action_leave(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Quit, after a question where something would be lost."""
        self.launch(self._leave(), group="leave")

    async def _leave(self) -> None:
        if any(isinstance(screen, ConfirmScreen) for screen in self.screen_stack):
            return
        reasons = [
            f"Not saved: {', '.join(screen.unsaved)}."
            for screen in self.screen_stack
            if isinstance(screen, FormScreen) and screen.unsaved
        ]
        if self.job_running:
            assert self.job is not None
            reasons.append(f"A verification is running: {self.job.summary}. It would be stopped.")
        if self._writes:
            reasons.append("A change was sent and its answer has not come yet.")
        if reasons and not await self.push_screen_wait(
            ConfirmScreen("Quit?", reasons, yes="Quit", no="Stay")
        ):
            return
        self.exit(0)

    async def on_unmount(self) -> None:
        await self.uses.close()

    # Workers

    def launch(self, work: Coroutine[Any, Any, None], *, group: str) -> Worker[None]:
        """Run in the background. A failure is told; it never ends the program."""
        return self.run_worker(self._guarded(work), group=group, exit_on_error=False)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SmtptuiError as error:
            self.say_error(error)
        except Exception as error:
            path = write_report(error, self.uses.redact, self._crash_folder)
            where = f" A report is in {path}." if path else ""
            self.say([f"A mistake in smtptui stopped this ({type(error).__name__}).{where}"], Level.ERROR)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """While a write is under way the program is not left without a word."""
        self._writes += 1
        self._no_writes.clear()
        try:
            yield
        finally:
            self._writes -= 1
            if not self._writes:
                self._no_writes.set()

    @property
    def reading(self) -> bool:
        return self._reading

    @property
    def job_running(self) -> bool:
        return self.job is not None and self.job.running

    # Notices

    def say(self, lines: Sequence[str], level: Level = Level.INFO, *, keep: bool = True) -> None:
        """Show the first line at the bottom; keep all of them among the messages."""
        if keep:
            self.notices.add(Notice(self.uses.now(), level, tuple(lines)))
        more = " (m: more)" if keep and len(lines) > 1 else ""
        self._status = (lines[0] + more, level)
        self.show_status()

    def say_error(self, error: SmtptuiError) -> None:
        self.say(error_lines(error), Level.ERROR)

    def show_status(self) -> None:
        """Put the last notice on the screen in front."""
        text, level = self._status
        for line in self.screen.query("#status").results(Static):
            line.update(Text(text, no_wrap=True, overflow="ellipsis"))
            line.set_class(level is Level.ERROR, "-error")
            line.set_class(level is Level.WARNING, "-warning")

    def _take_notices(self) -> None:
        for text in self.uses.notices:
            if text not in self._told_notices:
                self._told_notices.add(text)
                self.say([printable(text, 600)], Level.WARNING)

    def show_messages(self) -> None:
        self.push_screen(MessagesScreen(self.notices))

    def action_help(self) -> None:
        screen = self.screen
        if isinstance(screen, ActionScreen) and not isinstance(screen, (HelpScreen, Dialog)):
            self.push_screen(HelpScreen(screen.PLACE, screen.situation()))

    def action_repaint(self) -> None:
        self.refresh(layout=True)
        for screen in self.screen_stack:
            screen.refresh(layout=True)

    # Reading

    def read_accounts(self, accounts: Sequence[str] = ()) -> None:
        """Read these accounts again, all of them when none is named."""
        self._reading = True
        self._list.rows_changed()
        self.launch(self._read(accounts), group="list")

    async def _read(self, accounts: Sequence[str]) -> None:
        self._reading = True
        broken = 0
        try:
            async with aclosing(cast(Any, self.uses.list(accounts))) as events:
                async for event in events:
                    self.catalogue.apply(event)
                    if isinstance(event, AccountRead):
                        broken += event.error is not None
                        self._told_account(event)
                    self._list.rows_changed()
        finally:
            self._reading = False
            self._list.rows_changed()
        self._take_notices()
        if broken:
            self.say(
                [f"{counted(broken, 'account')} could not be read; m tells why."], Level.WARNING, keep=False
            )

    def _told_account(self, event: AccountRead) -> None:
        """Its line on the list says it; here it is kept for later."""
        if event.error is not None:
            self.notices.add(Notice(self.uses.now(), Level.ERROR, tuple(error_lines(event.error))))
        elif not event.complete:
            text = f"{printable(event.account)} is incomplete: {printable(event.note, 400)}"
            self.notices.add(Notice(self.uses.now(), Level.WARNING, (text,)))

    def put(self, credential: Credential) -> None:
        """A credential as it is stored now."""
        self.catalogue.put(credential)
        self._list.rows_changed()
        for screen in self.screen_stack:
            if isinstance(screen, DetailScreen):
                screen.take(credential)

    def busy_with(self, credential: Credential) -> str:
        """What is being done to a credential, in words; empty when nothing is."""
        row = self.catalogue.rows.get(key_of(credential))
        return row.busy if row else ""

    def _busy(self, key: RowKey, word: str) -> None:
        row = self.catalogue.rows.get(key)
        if row is not None:
            row.busy = word
        self._list.repaint_row(key)
        for screen in self.screen_stack:
            if isinstance(screen, DetailScreen) and screen.key == key:
                screen.refresh_facts()

    # Forms

    def open_detail(self, credential: Credential) -> None:
        self.push_screen(DetailScreen(credential))

    def edit(self, credential: Credential) -> None:
        self.push_screen(FormScreen(credential.account, credential), self._form_ended)

    def create(self) -> None:
        self.launch(self._create(), group="create")

    async def _create(self) -> None:
        choices = [
            (account, self.uses.capabilities(account).title, self._why_no_create(account))
            for account in self.uses.account_names
        ]
        account: object = next((name for name, _, reason in choices if not reason), None)
        if len(choices) > 1:
            account = await self.push_screen_wait(PickAccountScreen(choices))
        if isinstance(account, str):
            self.push_screen(FormScreen(account, None), self._form_ended)

    def accounts_to_write(self) -> list[str]:
        """The accounts in which a credential could be created."""
        return [name for name in self.uses.account_names if not self._why_no_create(name)]

    def _why_no_create(self, account: str) -> str:
        if self.uses.read_only(account):
            return "read-only"
        capabilities = self.uses.capabilities(account)
        if not capabilities.can(Operation.CREATE):
            return "the provider has no way to create"
        if capabilities.single_record and any(key[0] == account for key in self.catalogue.rows):
            return "it holds one only: edit that"
        return ""

    def _form_ended(self, result: object) -> None:
        if not isinstance(result, Saved):
            return
        credential = result.stored.credential
        self.put(credential)
        verb = "stored" if result.created else "saved"
        warnings = [printable(text, 400) for text in result.stored.warnings]
        if warnings:
            self.say(
                [f"{printable(credential.address)} is {verb}. {warnings[0]}", *warnings[1:]], Level.WARNING
            )
        else:
            self.say([f"{printable(credential.address)} is {verb}."])
        if result.others_change:
            self.read_accounts([credential.account])

    # Verification

    def verify(self, credentials: Sequence[Credential], *, show: bool = False) -> None:
        """Have these tried; with `show`, on a screen of its own."""
        self._job_worker = self.launch(self._verify(list(credentials), show), group="verify")

    async def _verify(self, credentials: list[Credential], show: bool) -> None:
        consents: frozenset[Consent] = frozenset()
        mailing = self.uses.sends_mail(credentials)
        if mailing:
            if await self.push_screen_wait(_mail_question(mailing, len(credentials))):
                consents = frozenset({Consent.SEND_MAIL})
            else:
                credentials = [item for item in credentials if item.address not in mailing]
        if not credentials:
            self.say(["Nothing was verified, and no mail was sent."])
            return
        job = self.job = VerifyJob(credentials)
        if show:
            self.push_screen(VerifyScreen(job))
        cancelled = True
        try:
            async with aclosing(cast(Any, self.uses.verify(credentials, consents))) as events:
                async for event in events:
                    key = job.apply(event)
                    if isinstance(event, VerificationDone) and event.credential is not None:
                        self.put(event.credential)
                    if isinstance(event, ItemFailed):
                        self.notices.add(
                            Notice(self.uses.now(), Level.ERROR, tuple(error_lines(event.error)))
                        )
                    if key is not None:
                        word = job.words[key]
                        self._busy(key, word if word == "verifying…" else "")
                    self._show_job(job)
            cancelled = False
        finally:
            job.finish(cancelled=cancelled)
            for target in job.targets:
                self._busy(key_of(target), "")
            self._show_job(job)
            self._list.refresh_hints()
            self._told_job(job)

    def _show_job(self, job: VerifyJob) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, VerifyScreen) and screen.job is job:
                screen.refresh_job()
        if job.running and job.total > 1:
            self.say([f"Verifying {job.summary}"], keep=False)

    def _told_job(self, job: VerifyJob) -> None:
        bad = any(word in ("failed", "not done") for word in job.words.values())
        level = Level.WARNING if bad else Level.INFO
        if job.total == 1:
            key = key_of(job.targets[0])
            detail = f": {job.details[key]}" if job.details.get(key) else ""
            self.say([f"{printable(job.targets[0].address)}: {job.words[key]}{detail}"], level)
            return
        state = "cancelled" if job.cancelled else "done"
        lines = [f"Verification {state}: {job.summary}."]
        lines += [
            f"{printable('/'.join(key))}: {word}{': ' + job.details[key] if job.details.get(key) else ''}"
            for key, word in job.words.items()
            if word in ("failed", "not done")
        ]
        self.say(lines, level)

    def cancel_job(self) -> None:
        if self._job_worker is not None:
            self._job_worker.cancel()

    def show_job(self) -> None:
        if self.job is not None:
            self.push_screen(VerifyScreen(self.job))

    # Deletion

    def delete(self, credentials: Sequence[Credential], *, hidden: int) -> None:
        """Ask, then delete. `hidden` marked ones that the filter hides are not touched, and that is said."""
        self.launch(self._delete(list(credentials), hidden), group="delete")

    async def _delete(self, credentials: list[Credential], hidden: int) -> None:
        refused = {item.address: reason for item in credentials if (reason := self._why_no_delete(item))}
        targets = [item for item in credentials if item.address not in refused]
        if not targets:
            self.say([f"Nothing to delete: {next(iter(refused.values()))}."], Level.WARNING)
            return
        if not await self.push_screen_wait(self._delete_question(targets, refused, hidden)):
            return
        done = failed = 0
        with self.writing():
            async with aclosing(cast(Any, self.uses.delete(targets))) as events:
                async for event in events:
                    if isinstance(event, ItemDeleted):
                        done += 1
                        self._deleted(event)
                    else:
                        failed += 1
                        self.say_error(event.error)
                    if len(targets) > 1:
                        self.say([f"Deleting {done + failed}/{len(targets)}…"], keep=False)
        if len(targets) > 1 or failed:
            level = Level.WARNING if failed else Level.INFO
            self.say([f"{done} deleted, {failed} not deleted{' (m tells why)' if failed else ''}."], level)

    def _deleted(self, event: ItemDeleted) -> None:
        self.catalogue.drop((event.account, event.id))
        self._list.rows_changed()
        note = f" {printable(event.note, 400)}" if event.note else ""
        self.say([f"{printable(event.account)}/{printable(event.id)} is deleted.{note}"])
        for screen in list(self.screen_stack):
            if isinstance(screen, DetailScreen) and screen.key == (event.account, event.id):
                screen.dismiss(None)

    def _why_no_delete(self, credential: Credential) -> str:
        if self.uses.read_only(credential.account):
            return f"{printable(credential.account)} is read-only"
        capabilities = self.uses.capabilities(credential.account)
        if not capabilities.can(Operation.DELETE):
            return f"{capabilities.title} has no way to delete a credential"
        return "" if credential.editable else "the provider does not let it be changed"

    def _delete_question(
        self, targets: Sequence[Credential], refused: dict[str, str], hidden: int
    ) -> ConfirmScreen:
        lines = [
            f"{printable(item.address, 60)}  {printable(label_of(item), 40)}  {printable(item.host or '', 60)}"
            for item in targets[:LISTED_TARGETS]
        ]
        if len(targets) > LISTED_TARGETS:
            lines.append(f"… and {len(targets) - LISTED_TARGETS} more")
        lines += ["", *(printable(text, 600) for text in self.uses.delete_consequences(targets))]
        if hidden:
            lines.append(f"{counted(hidden, 'marked credential')} hidden by the filter: not touched.")
        lines += [f"Not touched: {printable(name, 60)}, {reason}." for name, reason in refused.items()]
        several = len(targets) > 1
        title = f"Delete {counted(len(targets), 'credential')}?"
        return ConfirmScreen(title, lines, yes="Delete", no="Keep", word="delete" if several else None)

    # Secrets that a person is asked for

    def ask_from_thread(self, question: str) -> str:
        """What a `prompt:` reference asks for; to be called from another thread. Raises SecretMissingError."""
        if self._loop is None or self._thread_id == 0:
            raise SecretMissingError("A prompt: reference can be answered only while the screen is open.")
        answer = asyncio.run_coroutine_threadsafe(self._ask_secret(question), self._loop).result()
        if answer is None:
            raise SecretMissingError("Nobody answered the question for a secret.")
        return answer.reveal()

    async def _ask_secret(self, question: str) -> Secret | None:
        answered: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        with self._context():
            self.push_screen(AskSecretScreen(question), answered.set_result)
        answer = await answered
        return answer if isinstance(answer, Secret) else None

    # A crash

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self.report = write_report(error, self.uses.redact, self._crash_folder)
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            self._handle_exception(error)

    def _print_error_renderables(self) -> None:
        """Never a traceback on the terminal: `run` says where the report is."""
        self._exit_renderables.clear()

    @property
    def crashed(self) -> BaseException | None:
        return self._exception


def run(options: Options, *, mouse: bool = False, stats: bool = False, demo: bool = False) -> int:
    """Open the screen and return the exit status. Raises ConfigurationError before anything is drawn."""
    from smtptui.workspace.opening import Workspace

    opened: list[SmtptuiApp] = []

    def ask(question: str) -> str:
        return opened[0].ask_from_thread(question)

    workspace = Workspace.load(options, ask=ask)
    folder = Path(options.state_dir) if options.state_dir else None
    driver = CountingDriver if stats else None
    app = SmtptuiApp(UseCases(workspace), demo=demo, crash_folder=folder, driver_class=driver)
    opened.append(app)
    # A terminal that went away with its line cannot be restored.
    with contextlib.suppress(BrokenPipeError, ConnectionError):
        app.run(mouse=mouse)
    if app.crashed is not None:
        sys.stderr.write(_crash_words(app.crashed, app.report))
        return 1
    if stats:
        sys.stderr.write(f"{CountingDriver.sent} bytes were sent to the terminal.\n")
    return app.return_code or 0


def _crash_words(error: BaseException, report: Path | None) -> str:
    where = f"The report is in {report}.\n" if report else "No report could be written.\n"
    return (
        f"smtptui stopped because of a mistake in it ({type(error).__name__}).\n"
        "Nothing that was under way is known to have been done: list the accounts again.\n" + where
    )


def _mail_question(addresses: Sequence[str], total: int) -> ConfirmScreen:
    lines = [printable(address, 70) for address in addresses]
    rest = total - len(addresses)
    lines += ["", "Their provider verifies by sending a real mail to the sender's address."]
    if rest:
        lines.append(f"Without it the other {rest} are verified all the same.")
    return ConfirmScreen("Send a real test mail?", lines, yes="Send it", no="Send none")
