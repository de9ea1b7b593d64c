"""One command line from its words to its exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from smtptui.cli.framework.crash_report import install_hooks, report_crash
from smtptui.cli.framework.exit_status import Status, combined, of_error
from smtptui.cli.framework.invocation import Call, Common, OpenScreen
from smtptui.cli.framework.output import ReaderGone, Streams, lead_nowhere
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.handling import handle
from smtptui.model.errors import Outcome, SmtptuiError, StoppedError


class InternalError(SmtptuiError):
    """A mistake in smtptui itself."""

    kind = "internal"


def run(words: Sequence[str], *, open_screen: OpenScreen) -> int:
    """Do what the words say; every failure becomes words on stderr, JSON on stdout if asked, and a status."""
    install_hooks()
    streams = Streams()
    as_json = "--json" in words[: words.index("--") if "--" in words else None]
    try:
        with INTERRUPTS.watched():
            status = _answer(words, streams, open_screen)
        streams.flush()
        if INTERRUPTS.came:
            return Status.INTERRUPTED
        return _written(streams, status)
    except ReaderGone:
        return _written(streams, Status.DONE)
    except SmtptuiError as error:
        return fail(streams, error, as_json=as_json)
    except KeyboardInterrupt:
        begun = INTERRUPTS.writing
        stopped = StoppedError(
            "Interrupted.",
            outcome=Outcome.UNKNOWN if begun else Outcome.NOTHING_DONE,
            hint="What was under way may have reached the provider: list the account again." if begun else "",
        )
        return fail(streams, stopped, as_json=as_json)
    except Exception as error:
        place = report_crash(error, streams.redactor, streams.state_dir)
        internal = InternalError(
            f"An internal error stopped the command ({type(error).__name__}).",
            outcome=Outcome.UNKNOWN,
            hint=f"Please report it with the file {place}." if place else "No report could be written.",
        )
        return fail(streams, internal, as_json=as_json)


def unwritten(error: OSError) -> int:
    """The status after a write to stdout failed, which is told; a reader that went away is no fault."""
    lead_nowhere(sys.stdout)
    streams = Streams()
    streams.stop_writing(error)
    return _written(streams, Status.DONE)


def _written(streams: Streams, status: int) -> int:
    """The status, or the one that says that results could not be written."""
    if streams.unwritten is None:
        return status
    # It is not about what the command was to do: that may be done.
    streams.err(f"Error: {streams.unwritten.message}")
    streams.err(f"  {streams.unwritten.hint}")
    return combined([Status(status), of_error(streams.unwritten)])


def _answer(words: Sequence[str], streams: Streams, open_screen: OpenScreen) -> int:
    from smtptui.cli.framework.fast_parser import plain_screen, plain_values

    plain = plain_values(words)
    if plain is not None:
        verb, values, given = plain
        common = Common.of(given, {})
        common.apply(streams)
        return handle(verb, Call(values, common, streams, open_screen))
    from smtptui.cli.framework.logging import silence

    silence()
    screen = plain_screen(words)
    if screen is not None:
        from smtptui.cli.commands.tui import run

        common = Common.of(screen.common, {})
        common.apply(streams)
        return run(Call(screen.values, common, streams, open_screen))
    from smtptui.cli.framework.parser import parse_and_call

    return parse_and_call(words, streams, open_screen)


def fail(streams: Streams, error: SmtptuiError, *, as_json: bool) -> int:
    """Say the error on stderr and, when asked, as the document on stdout; returns its status."""
    from smtptui.cli.render.errors import tell_error

    tell_error(streams, error)
    if as_json:
        from smtptui.cli.render.json_out import write_envelope

        write_envelope(streams, {"error": error.to_json()})
    streams.flush()
    return Status.INTERRUPTED if INTERRUPTS.came else of_error(error)
