"""Where the program begins: `--version` and completion are answered before anything else is imported."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smtptui.config.diagnostics import UiProblem
    from smtptui.config.model import UiConfig
    from smtptui.tui.driver.splash import Splash
    from smtptui.workspace.core.workspace import Options


class Screen:
    """The terminal screen: only here do the two faces meet, so that neither imports the other."""

    def __init__(self, splash: Splash | None) -> None:
        self._splash = splash

    def __call__(self, options: Options, *, mouse: bool, stats: bool, demo: bool) -> int:
        """Open it; returns the exit status."""
        try:
            from smtptui.tui.app import run

            return run(options, mouse=mouse, stats=stats, demo=demo, splash=self._splash)
        finally:
            # Before an error is told: it belongs on the screen that stays.
            if self._splash is not None:
                self._splash.close()

    def find_problems(self, ui: UiConfig) -> list[UiProblem]:
        """What is wrong with `[ui]`."""
        from smtptui.tui.shell.settings import find_ui_problems

        return find_ui_problems(ui)


def main(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit status (the command line's promise lists them)."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        status = _answer_early(words)
        if status is not None:
            sys.stdout.flush()
            return status
    except OSError as error:
        from smtptui.cli.framework.main import report_unwritable_output

        return report_unwritable_output(error)
    splash = _show_cached_page(words)
    if not words or words[0].startswith("-"):
        # What is imported and built for the screen stays: looking for garbage in it again and again is a waste.
        gc.disable()
    try:
        from smtptui.cli.framework.main import run

        return run(words, open_screen=Screen(splash))
    finally:
        gc.enable()
        if splash is not None:
            splash.close()


def _answer_early(words: list[str]) -> int | None:
    """The status of what nothing has to be imported for; None for everything else."""
    if words == ["--version"]:
        from smtptui import __version__

        sys.stdout.write(f"smtptui {__version__}\n")
        return 0
    if words[:1] == ["completion"] and len(words) > 1 and not {"-h", "--help"} & set(words):
        from smtptui.cli.commands.completion import print_completion

        return print_completion(words[1:])
    return None


def _show_cached_page(words: list[str]) -> Splash | None:
    """The first page of last time, on the screen at once, where the words ask for nothing but the screen."""
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
    """The program as installed: run the command line it was started with, and exit.

    A probe that needs no parser ends at once. All it opened is closed and all it wrote is flushed by then, and taking the interpreter
    apart would take a quarter as long as the probe itself.
    """
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from smtptui.cli.framework.closed_streams import replace_closed_streams

        replace_closed_streams()
    if "probe" not in sys.argv:
        sys.exit(main())
    from smtptui.cli.framework.fast_parser import parse_fast

    if parse_fast(sys.argv[1:]) is None:
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
