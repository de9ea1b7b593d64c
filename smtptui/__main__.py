"""Where the program begins: `--version` and completion are answered before anything else is imported."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smtptui.workspace.opening import Options


def main(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit status (the command line's promise lists them)."""
    words = sys.argv[1:] if arguments is None else arguments
    if words == ["--version"]:
        from smtptui import __version__

        sys.stdout.write(f"smtptui {__version__}\n")
        return 0
    if words[:1] == ["completion"] and len(words) > 1 and not {"-h", "--help"} & set(words):
        from smtptui.cli.completion import answer

        return answer(words[1:])
    from smtptui.cli.program import run

    return run(words, open_screen=_open_screen)


def _open_screen(options: Options, *, mouse: bool, stats: bool, demo: bool) -> int:
    """The terminal screen: only here do the two faces meet, so that neither imports the other."""
    from smtptui.tui.curtain import raise_curtain

    curtain = None if demo else raise_curtain(options)
    try:
        from smtptui.tui.app import run

        return run(options, mouse=mouse, stats=stats, demo=demo, curtain=curtain)
    finally:
        if curtain is not None:
            curtain.fall()


def script() -> None:
    """The program as installed: run the command line it was started with, and exit.

    A probe ends at once. All it opened is closed and all it wrote is flushed by then, and taking the interpreter
    apart would take a quarter as long as the probe itself.
    """
    if sys.argv[1:2] != ["probe"]:
        sys.exit(main())
    import contextlib
    import gc
    import os

    gc.disable()
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    script()
