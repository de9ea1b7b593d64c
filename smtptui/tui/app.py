"""The terminal screen: a thin frame around the screens and what they set going."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.filter import Monochrome, NoColor
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.tui.actions import Keymap, actions_of
from smtptui.tui.actions.keymap import DEFAULT as DEFAULT_KEYS
from smtptui.tui.actions.keymap import read_keymap
from smtptui.tui.controllers import Controllers
from smtptui.tui.credentials.catalogue import CredentialListModel
from smtptui.tui.credentials.credential_store import CredentialStore
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.credentials.listing_controller import ListingController
from smtptui.tui.driver.choice import choose_driver, invalidate_screen, release_screen
from smtptui.tui.jobs.job_board import JobBoard
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.shell.colourless import Colourless
from smtptui.tui.shell.drafts import Drafts
from smtptui.tui.shell.key_queue import KeyQueue
from smtptui.tui.shell.notices import Level, Notice, Notices
from smtptui.tui.shell.secret_prompt import SecretPrompt
from smtptui.tui.shell.settings import DEFAULT_THEME, find_ui_problems
from smtptui.tui.shell.shutdown import Shutdown
from smtptui.tui.usecases import UseCases
from smtptui.tui.widgets.cursor_mark import REAL_CURSOR

if TYPE_CHECKING:
    from smtptui.tui.driver.splash import Splash
    from smtptui.workspace.core.workspace import Options

STYLES = Path(__file__).parent / "styles" / "smtptui.tcss"
LIST_STYLES_END = "/* What the list does not need"

SPLASH_TIMEOUT = 1.0
"""How long the page of last time stands at most, when the list does not come."""


class SmtptuiApp(Controllers, App[int], inherit_bindings=False):
    """`crash_folder` is where a report goes; `demo` says so in the title; `questions` are answered on it.

    `keymap` and `theme` are what the configuration wants; without colours the theme is the terminal's own.
    """

    TITLE = "smtptui"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-wide-enough")]  # noqa: RUF012 - typed by Textual
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-low"), (22, "-middling"), (36, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(action.keys), action.id, action.label, show=False, id=f"everywhere.{action.id}")
        for action in actions_of("everywhere")
    ]

    def __init__(
        self,
        uses: UseCases,
        *,
        demo: bool = False,
        first_run: bool = False,
        crash_folder: Path | None = None,
        questions: SecretPrompt | None = None,
        keymap: Keymap = DEFAULT_KEYS,
        theme: str = DEFAULT_THEME,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class)
        self.keymap = keymap
        self.set_keymap(keymap.textual_bindings())
        # Others paint greys under NO_COLOR: nothing but the terminal's own colours can be left out.
        self.theme = theme if not self.no_color or theme.startswith("ansi-") else DEFAULT_THEME
        # Textual's own filters paint greys, or send the codes of the terminal's own colours.
        colours = (Monochrome, NoColor)
        self._filters = [Colourless() if isinstance(kept, colours) else kept for kept in self._filters]
        # Textual made its stylesheet for its own default theme, and would parse everything again for this one.
        self._variables = self.get_css_variables()
        self.stylesheet.set_variables(self._variables)
        styles = STYLES.read_text("utf-8")
        end = styles.index(LIST_STYLES_END)
        self._more_styles = styles[end:]
        self.stylesheet.add_source(styles[:end], read_from=(str(STYLES), "list"))
        self.animation_level = "none"
        self.uses = uses
        self.splash: Splash | None = None
        self.notices = Notices()
        self.crash_report: Path | None = None
        self.catalogue = catalogue = CredentialListModel(uses.account_names)
        self._list = CredentialsScreen(catalogue, subject="demo" if demo else "")
        self.credentials = CredentialStore(self, catalogue, self._list)
        self.listing = ListingController(self, catalogue, self._list)
        self.jobs = JobBoard(lambda: self.uses.now())
        self.drafts = Drafts()
        self.shutdown = Shutdown(self)
        self._questions = questions
        self._crash_folder = crash_folder
        self._first_run = first_run
        self._status = ("", Level.INFO)
        self._going_on = False
        self._key_queue = KeyQueue(self, super().on_event)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            await self._key_queue.put(event)
        else:
            await super().on_event(event)

    def get_default_screen(self) -> Screen[Any]:
        # What Textual would find out after the first layout, and lay all out anew for.
        wide = self._list._get_breakpoint_classes(self.size.width, self.HORIZONTAL_BREAKPOINTS)
        high = self._list._get_breakpoint_classes(self.size.height, self.VERTICAL_BREAKPOINTS)
        self._list.add_class(*wide, *high, update=False)
        return self._list

    def read_styles(self) -> None:
        """Take in what only other screens than the list need."""
        if self._more_styles:
            self.stylesheet.add_source(self._more_styles, read_from=(str(STYLES), "screens"))
            self.stylesheet.parse()
            self._more_styles = ""

    def _load_screen_css(self, screen: Screen[Any]) -> None:
        self.read_styles()
        super()._load_screen_css(screen)

    def refresh_css(self, animate: bool = True) -> None:
        variables = self.get_css_variables()
        if variables != self._variables:
            self._variables = variables
            super().refresh_css(animate)

    def on_mount(self) -> None:
        if hasattr(self._driver, "invalidate"):
            self.add_class(REAL_CURSOR, update=False)
        self.listing.show_cached_page()
        if self.splash is not None:
            self._key_queue.hold()
            self.set_timer(SPLASH_TIMEOUT, self.reveal_list)
        self.shutdown.install_signal_handlers()
        if self._questions is not None:
            self._questions.attach(self)
        self.call_after_refresh(self.listing.open)
        if self._first_run:
            self.accountant.first_run()

    def on_resize(self) -> None:
        # Sizes that change and change back are one event to Textual, and no reason to paint. In between the driver
        # may have painted what fitted, and knows no more than that.
        for screen in self.screen_stack:
            screen.refresh()

    async def on_unmount(self) -> None:
        await self.uses.close()

    # In the background

    def launch(self, work: Coroutine[Any, Any, None], *, group: str) -> Worker[None]:
        """Run in the background. A failure is told; it never ends the program."""
        guarded = self._guarded(work)
        worker = self.run_worker(guarded, group=group, exit_on_error=False)

        def close(_: object) -> None:
            # What was given up before it began would be called forgotten, on the terminal, when the program is gone.
            guarded.close()
            work.close()

        if worker._task is not None:
            worker._task.add_done_callback(close)
        return worker

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SmtptuiError as error:
            self.show_error_notice(error)
        except Exception as error:
            from smtptui.tui.shell.crash import write_report

            path = write_report(error, self.uses.redact, self._crash_folder)
            where = f" A report is in {path}." if path else ""
            self.show_notice(
                [f"A mistake in smtptui stopped this ({type(error).__name__}).{where}"], Level.ERROR
            )

    # What is said

    def show_notice(self, lines: Sequence[str], level: Level = Level.INFO, *, keep: bool = True) -> None:
        """Show the first line at the bottom; keep all among the messages, but for how far something came."""
        if keep:
            self.notices.add(Notice(self.uses.now(), level, tuple(lines)))
        more = f" ({self.keymap.key_of('list', 'messages')}: more)" if keep and len(lines) > 1 else ""
        self._status, self._going_on = (lines[0] + more, level), not keep
        self.show_status()

    def show_error_notice(self, error: SmtptuiError) -> None:
        self.show_notice(format_error(error), Level.ERROR)

    def clear_status(self) -> None:
        """A key does something else: what was said before is among the messages, and how far something came stays."""
        if self._status[0] and not self._going_on:
            self._status = ("", Level.INFO)
            self.show_status()

    def show_status(self) -> None:
        """Put the last notice on the screen in front."""
        text, level = self._status
        for line in self.screen.query("#status").results(Static):
            line.update(Text(text, no_wrap=True, overflow="ellipsis"))
            line.set_class(level is Level.ERROR, "-error")
            line.set_class(level is Level.WARNING, "-warning")

    def refresh_hints(self) -> None:
        """What is possible changed: say so on the screen in front."""
        if isinstance(self.screen, ActionScreen):
            self.screen.refresh_hints()

    # Screens and keys

    def open_detail(self, credential: Credential) -> None:
        from smtptui.tui.credentials.detail_screen import DetailScreen

        self.push_screen(DetailScreen(credential))

    def open_audit(self) -> None:
        from smtptui.tui.audit.audit_screen import AuditScreen

        self.push_screen(AuditScreen())

    def show_jobs(self) -> None:
        from smtptui.tui.jobs.jobs_screen import JobsScreen

        self.push_screen(JobsScreen(self.jobs))

    def show_messages(self) -> None:
        from smtptui.tui.shell.messages import MessagesScreen

        self.push_screen(MessagesScreen(self.notices))

    def action_help(self) -> None:
        from smtptui.tui.shell.help import HelpScreen

        screen = self.screen
        if isinstance(screen, ActionScreen) and not isinstance(screen, HelpScreen):
            self.push_screen(HelpScreen(screen.scope, screen.action_context()))

    def action_palette(self) -> None:
        from smtptui.tui.shell.palette import ActionPalette

        if isinstance(self.screen, ActionScreen):
            self.push_screen(ActionPalette())

    def action_repaint(self) -> None:
        invalidate_screen(self._driver)
        self.refresh(layout=True)
        for screen in self.screen_stack:
            screen.refresh(layout=True)

    async def reveal_list(self) -> None:
        """The list is there, or takes too long: what stood on the screen before the start goes."""
        release_screen(self._driver)
        await self._key_queue.release()

    def cached_page_lines(self) -> list[str]:
        """What the next start may show at once."""
        from smtptui.tui.credentials.first_page import page_lines

        return page_lines(self._list.catalogue, self.size.width, self.size.height, self.uses.now())

    def action_leave(self) -> None:
        self.shutdown.request_exit()

    # A crash

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            from smtptui.tui.shell.crash import write_report

            self._exception = error
            self._exception_event.set()
            self.crash_report = write_report(error, self.uses.redact, self._crash_folder)
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


def run(
    options: Options,
    *,
    mouse: bool = False,
    stats: bool = False,
    demo: bool = False,
    splash: Splash | None = None,
) -> int:
    """Open the screen and return the exit status, or DEMO_CHOSEN where that was chosen on the first run.

    Raises ConfigurationError before anything is drawn.
    """
    from smtptui.workspace.core.first_run import empty_workspace, is_first_run
    from smtptui.workspace.core.workspace import Workspace

    driver = choose_driver()
    if driver is None and stats:
        from smtptui.tui.shell.stats import CountingDriver

        driver = CountingDriver
    questions = SecretPrompt()
    first_run = is_first_run(options)
    opening = empty_workspace if first_run else Workspace.load
    workspace = opening(options, ask=questions.ask, screen=find_ui_problems)
    wanted = workspace.config.ui
    uses = UseCases(workspace)
    app = SmtptuiApp(
        uses,
        demo=demo,
        first_run=first_run,
        # What belongs to the demo goes with it; a report has to stay.
        crash_folder=None if demo else uses.state_folder,
        questions=questions,
        keymap=read_keymap(wanted.keys)[0],
        theme=wanted.theme or DEFAULT_THEME,
        driver_class=driver,
    )
    if splash is not None and hasattr(driver, "release"):
        app.splash = splash
    elif splash is not None:
        splash.close()
    # A terminal that went away with its line cannot be restored, nor told anything.
    with contextlib.suppress(OSError):
        app.run(mouse=mouse or wanted.mouse)
    if not demo and app.crashed is None:
        from smtptui.tui.driver.splash import StartOptions, save_page

        start = StartOptions(options.config, options.state_dir, options.accounts, options.read_only)
        save_page(start, app.cached_page_lines())
    with contextlib.suppress(OSError):
        sys.stdout.write("".join(f"{text}\n" for text in app.exit_output))
        sys.stdout.flush()
    words = [f"{line}\n" for line in app.shutdown.exit_messages]
    if app.crashed is not None:
        from smtptui.tui.shell.crash import format_crash_message

        words = [format_crash_message(app.crashed, app.crash_report)]
    elif stats:
        from smtptui.tui.shell.stats import format_bytes_sent

        words.append(f"{format_bytes_sent(driver)}\n")
    with contextlib.suppress(OSError):
        sys.stderr.write("".join(words))
    return 1 if app.crashed is not None else app.return_code or 0
