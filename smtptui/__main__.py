"""The entry point. Answers `--version` and completion before anything else is imported."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smtptui.config.diagnostics import UiProblem
    from smtptui.config.model import UiConfig
    from smtptui.tui.driver.splash import Splash
    from smtptui.workspace.core.options import Options


class Screen:
    """Opens the terminal screen for the command line. The two faces meet only here, so that neither imports the other."""

    def __init__(self, splash: Splash | None) -> None:
        self._splash = splash

    def __call__(self, options: Options, *, mouse: bool, stats: bool, demo: bool) -> int:
        """Open the screen and return the exit status."""
        try:
            from smtptui.tui.app import run

            return run(options, mouse=mouse, stats=stats, demo=demo, splash=self._splash)
        finally:
            # Before an error is printed: it belongs on the normal screen.
            if self._splash is not None:
                self._splash.close()

    def find_problems(self, ui: UiConfig) -> list[UiProblem]:
        """Return what is wrong with `[ui]`."""
        from smtptui.tui.shell.settings import find_ui_problems

        return find_ui_problems(ui)


def main(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        status = _answer_early(words)
        if status is not None:
            sys.stdout.flush()
            return status
    except OSError as error:
        from smtptui.cli.framework.main import report_unwritable_output

        return report_unwritable_output(error)
    splash = _open_splash(words)
    if not words or words[0].startswith("-"):
        # The objects made while the screen starts are permanent: collecting garbage among them is wasted time.
        gc.disable()
    try:
        from smtptui.cli.framework.main import run

        return run(words, open_screen=Screen(splash))
    finally:
        gc.enable()
        if splash is not None:
            splash.close()


def _answer_early(words: list[str]) -> int | None:
    """Answer what needs no import and return the exit status; None for everything else."""
    if words == ["--version"]:
        from smtptui import __version__

        sys.stdout.write(f"smtptui {__version__}\n")
        return 0
    if words[:1] == ["completion"] and len(words) > 1 and not {"-h", "--help"} & set(words):
        from smtptui.cli.framework.completion import print_completion

        return print_completion(words[1:])
    return None


def _open_splash(words: list[str]) -> Splash | None:
    """Show the cached first page at once, where the words ask for nothing but the terminal screen."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        return None
    given: dict[str, list[str]] = {"--config": [], "--state-dir": [], "--account": []}
    flags = set()
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in given and (value := value if equals else next(rest, "")):
            given[name].append(value)
        elif word in ("--mouse", "--stats", "--read-only"):
            flags.add(word)
        else:
            return None
    from smtptui.tui.driver.splash import StartOptions, show_cached_page

    config, state_dir = (given[name][-1] if given[name] else None for name in ("--config", "--state-dir"))
    return show_cached_page(
        StartOptions(config, state_dir, tuple(given["--account"]), "--read-only" in flags)
    )


def script() -> None:
    """Run the command line of this process, and exit.

    A probe that needs no parser exits with os._exit: everything is closed and flushed by then, and the interpreter's
    own shutdown would take a quarter as long as the probe.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from smtptui.cli.framework.output import replace_closed_streams

        replace_closed_streams()
    if "probe" not in sys.argv:
        sys.exit(main())
    from smtptui.cli.framework.fast_parser import parse_fast

    fast = parse_fast(sys.argv[1:])
    if fast is None or fast.verb is None:
        sys.exit(main())
    import contextlib
    import os

    gc.disable()
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    script()
