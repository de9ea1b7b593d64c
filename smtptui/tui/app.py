"""The terminal program: Textual's App with our keys, styles, splash page and way to end."""

from __future__ import annotations

import contextlib
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from smtptui.tui.actions import Keymap, actions_of
from smtptui.tui.actions.keymap import DEFAULT as DEFAULT_KEYS
from smtptui.tui.actions.keymap import read_keymap
from smtptui.tui.credentials.catalogue import CredentialListModel
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.credentials.listing_controller import ListingController
from smtptui.tui.driver.choice import choose_driver
from smtptui.tui.shell.app_services import AppServices
from smtptui.tui.shell.base import ActionScreen
from smtptui.tui.shell.key_queue import KeyQueue
from smtptui.tui.shell.secret_prompt import SecretPrompt
from smtptui.tui.shell.settings import DEFAULT_THEME, find_ui_problems
from smtptui.tui.widgets.cursor_mark import REAL_CURSOR

if TYPE_CHECKING:
    from smtptui.tui.driver.splash import Splash
    from smtptui.workspace.core.options import Options
    from smtptui.workspace.core.workspace import Workspace

STYLES = Path(__file__).parent / "styles" / "smtptui.tcss"
LIST_STYLES_END = "/* What the list does not need"

SPLASH_TIMEOUT = 1.0
"""Maximum time the cached page stays up while the live list loads."""


class NoColourFilter(LineFilter):
    """Removes every colour under NO_COLOR. Textual's own filters paint greys, or send the terminal's own colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _without_colour(style), control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _without_colour(style: Style) -> Style:
    return style.without_color


class SmtptuiApp(App[int], inherit_bindings=False):
    """`crash_folder` takes crash reports; `demo` is said in the title; `secret_prompt` asks on this screen.

    `keymap` and `theme` come from the configuration; without colours the theme is the terminal's own.
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
        workspace: Workspace,
        *,
        demo: bool = False,
        first_run: bool = False,
        crash_folder: Path | None = None,
        secret_prompt: SecretPrompt | None = None,
        keymap: Keymap = DEFAULT_KEYS,
        theme: str = DEFAULT_THEME,
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class)
        self.keymap = keymap
        self.set_keymap(keymap.textual_bindings())
        # Under NO_COLOR other themes become greys; the terminal's own colours can be left out entirely.
        self.theme = theme if not self.no_color or theme.startswith("ansi-") else DEFAULT_THEME
        self._filters = [
            NoColourFilter() if isinstance(kept, (Monochrome, NoColor)) else kept for kept in self._filters
        ]
        # Textual made its stylesheet for its default theme; set the variables now, or it parses all again later.
        self._variables = self.get_css_variables()
        self.stylesheet.set_variables(self._variables)
        styles = STYLES.read_text("utf-8")
        end = styles.index(LIST_STYLES_END)
        self._more_styles = styles[end:]
        self.stylesheet.add_source(styles[:end], read_from=(str(STYLES), "list"))
        self.animation_level = "none"
        self.splash: Splash | None = None
        self.crash_report: Path | None = None
        model = CredentialListModel(workspace.account_names)
        self._key_queue = KeyQueue(self, super().on_event)
        self.services = AppServices(self, workspace, model, keymap, self._key_queue, crash_folder)
        self._list = CredentialsScreen(model, subject="demo" if demo else "")
        self._secret_prompt = secret_prompt
        self._first_run = first_run

    async def on_event(self, event: Event) -> None:
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            await self._key_queue.put(event)
        else:
            await super().on_event(event)

    def get_default_screen(self) -> Screen[Any]:
        # Textual would find these out after the first layout, and then lay everything out again.
        wide = self._list._get_breakpoint_classes(self.size.width, self.HORIZONTAL_BREAKPOINTS)
        high = self._list._get_breakpoint_classes(self.size.height, self.VERTICAL_BREAKPOINTS)
        self._list.add_class(*wide, *high, update=False)
        return self._list

    def read_styles(self) -> None:
        """Parse the styles that only other screens than the list need."""
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
        self.services.controller(ListingController).show_cached_page()
        if self.splash is not None:
            self._key_queue.hold()
            self.set_timer(SPLASH_TIMEOUT, self.services.reveal_list)
        self.services.shutdown.install_signal_handlers()
        if self._secret_prompt is not None:
            self._secret_prompt.attach(self.services)
        self.call_after_refresh(self._open_list)
        if self._first_run:
            from smtptui.tui.accounts.first_run_screen import FirstRunScreen

            self.push_screen(FirstRunScreen())

    def _open_list(self) -> None:
        self.services.controller(ListingController).open(self._complete_list)

    async def _complete_list(self) -> None:
        """Load what the first frame does without."""
        self.read_styles()
        await self._list.complete()

    def on_resize(self) -> None:
        # Textual reports a size that changed and changed back as one event and repaints nothing, but the driver may
        # have clipped what it painted in between.
        for screen in self.screen_stack:
            screen.refresh()

    async def on_unmount(self) -> None:
        await self.services.workspace.aclose()

    def cached_page_lines(self) -> list[str]:
        """Return the page that the next start shows as its splash."""
        from smtptui.tui.credentials.first_page import render_first_page

        return render_first_page(self._list.catalogue, self.size.width, self.size.height, self.services.now())

    # Actions of every screen

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
        self.services.repaint()

    def action_leave(self) -> None:
        self.services.leave()

    # A crash

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            self.crash_report = self.services.write_crash_report(error)
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            self._handle_exception(error)

    def _print_error_renderables(self) -> None:
        """Print no traceback: `run` says where the report is."""
        self._exit_renderables.clear()

    @property
    def crash(self) -> BaseException | None:
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
        from smtptui.tui.driver.thin import CountingDriver

        driver = CountingDriver
    secret_prompt = SecretPrompt()
    first_run = is_first_run(options)
    load = empty_workspace if first_run else Workspace.load
    workspace = load(options, ask=secret_prompt.ask, check_ui=find_ui_problems)
    ui = workspace.config.ui
    app = SmtptuiApp(
        workspace,
        demo=demo,
        first_run=first_run,
        # The demo's folder is deleted; a report has to stay.
        crash_folder=None if demo else workspace.state.directory,
        secret_prompt=secret_prompt,
        keymap=read_keymap(ui.keys)[0],
        theme=ui.theme or DEFAULT_THEME,
        driver_class=driver,
    )
    if splash is not None and hasattr(driver, "release"):
        app.splash = splash
    elif splash is not None:
        splash.close()
    # When the connection is lost, the terminal can be neither restored nor written to.
    with contextlib.suppress(OSError):
        app.run(mouse=mouse or ui.mouse)
    if not demo and app.crash is None:
        from smtptui.tui.driver.splash import StartOptions, save_page

        start = StartOptions(options.config, options.state_dir, options.accounts, options.read_only)
        save_page(start, app.cached_page_lines())
    with contextlib.suppress(OSError):
        sys.stdout.write("".join(f"{text}\n" for text in app.services.exit_output))
        sys.stdout.flush()
    messages = [f"{line}\n" for line in app.services.shutdown.exit_messages]
    if app.crash is not None:
        messages = [format_crash_message(app.crash, app.crash_report)]
    elif stats:
        from smtptui.tui.driver.thin import format_bytes_sent

        messages.append(f"{format_bytes_sent(driver)}\n")
    with contextlib.suppress(OSError):
        sys.stderr.write("".join(messages))
    return 1 if app.crash is not None else app.return_code or 0


def format_crash_message(error: BaseException, report: Path | None) -> str:
    """Return what is printed on the terminal after a crash."""
    where = f"The report is in {report}.\n" if report else "No report could be written.\n"
    return (
        f"smtptui stopped because of an internal error ({type(error).__name__}).\n"
        "What was in progress may or may not have been done: list the accounts again.\n" + where
    )
