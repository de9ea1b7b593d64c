"""Questions at the terminal. Without a terminal no answer is ever guessed."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence

from smtptui.cli.framework.output import Output
from smtptui.cli.framework.signals import INTERRUPTS, Interrupted
from smtptui.model.display import printable
from smtptui.model.errors import ConsentMissingError, UsageError

TERMINAL = "/dev/tty"


def require_terminal() -> None:
    """Raise UsageError where the terminal screen cannot be drawn."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "The terminal screen needs a terminal for its input and its output.",
            hint="Commands work without one: `smtptui list`, `smtptui --help`.",
        )


def is_interactive() -> bool:
    """Return whether a question can be asked: both stdin and stderr are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def secret_prompt() -> Callable[[str], str] | None:
    """Return a function that reads a secret from the controlling terminal; None when there is no terminal."""
    if not any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        return None
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return None
    return _prompt_secret


def _prompt_secret(question: str) -> str:
    terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
    try:
        with _disable_echo(terminal):
            os.write(terminal, f"{printable(question).rstrip(': ')}: ".encode())
            text = _read_line(terminal)
            os.write(terminal, b"\n")
    finally:
        os.close(terminal)
    return text


@contextlib.contextmanager
def _disable_echo(terminal: int) -> Iterator[None]:
    import termios

    before = termios.tcgetattr(terminal)
    silent = termios.tcgetattr(terminal)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _read_line(source: int) -> str:
    """Read a line without its end; an end of input is an empty line. Raise Interrupted on a signal."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text = ""
    while "\n" not in text:
        ready, _, _ = select.select([source, INTERRUPTS.wake], [], [])
        if INTERRUPTS.wake in ready:
            raise Interrupted
        data = os.read(source, 4096)
        if not data:
            break
        text += decoder.decode(data)
    return text.partition("\n")[0].rstrip("\r")


def confirm(output: Output, statements: Sequence[str], question: str, *, hint: str) -> None:
    """Print the statements and ask for a typed yes. Raise ConsentMissingError without one.

    `hint` is a sentence that says how to answer the question without a terminal.
    """
    if not is_interactive():
        said = " ".join([*statements, question])
        raise ConsentMissingError(f"{said} There is no terminal to ask at.".strip(), hint=hint)
    for statement in statements:
        output.write_error(statement)
    output.ask(f"{question} Type yes to continue:")
    if _read_line(sys.stdin.fileno()).strip().lower() != "yes":
        raise ConsentMissingError(
            "The answer was not yes.", hint="Nothing was done; run the command again to be asked again."
        )
