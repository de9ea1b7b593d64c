"""One command line from its words to its exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from smtptui.cli.framework.crash_report import install_hooks, write_crash_report
from smtptui.cli.framework.exit_status import ExitStatus, combine, status_of_error
from smtptui.cli.framework.invocation import CommonOptions, Invocation, ScreenOpener
from smtptui.cli.framework.output import Output, OutputClosed, discard_stream
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.handling import handle
from smtptui.model.errors import RemoteState, SmtptuiError, StoppedError


class InternalError(SmtptuiError):
    """A mistake in smtptui itself."""

    kind = "internal"


def run(words: Sequence[str], *, open_screen: ScreenOpener) -> int:
    """Do what the words say; every failure becomes words on stderr, JSON on stdout if asked, and a status."""
    install_hooks()
    streams = Output()
    as_json = "--json" in words[: words.index("--") if "--" in words else None]
    try:
        with INTERRUPTS.handle_signals():
            status = _dispatch(words, streams, open_screen)
        streams.flush()
        if INTERRUPTS.is_interrupted:
            return ExitStatus.INTERRUPTED
        return _check_output(streams, status)
    except OutputClosed:
        return _check_output(streams, ExitStatus.DONE)
    except SmtptuiError as error:
        return report_failure(streams, error, as_json=as_json)
    except KeyboardInterrupt:
        begun = INTERRUPTS.is_writing
        stopped = StoppedError(
            "Interrupted.",
            outcome=RemoteState.UNKNOWN if begun else RemoteState.NOTHING_DONE,
            hint="What was under way may have reached the provider: list the account again." if begun else "",
        )
        return report_failure(streams, stopped, as_json=as_json)
    except Exception as error:
        place = write_crash_report(error, streams.redactor, streams.state_dir)
        internal = InternalError(
            f"An internal error stopped the command ({type(error).__name__}).",
            outcome=RemoteState.UNKNOWN,
            hint=f"Please report it with the file {place}." if place else "No report could be written.",
        )
        return report_failure(streams, internal, as_json=as_json)


def report_unwritable_output(error: OSError) -> int:
    """The status after a write to stdout failed, which is told; a reader that went away is no fault."""
    discard_stream(sys.stdout)
    streams = Output()
    streams.stop_writing(error)
    return _check_output(streams, ExitStatus.DONE)


def _check_output(streams: Output, status: int) -> int:
    """The status, or the one that says that results could not be written."""
    if streams.failure is None:
        return status
    # It is not about what the command was to do: that may be done.
    streams.write_error(f"Error: {streams.failure.message}")
    streams.write_error(f"  {streams.failure.hint}")
    return combine([ExitStatus(status), status_of_error(streams.failure)])


def _dispatch(words: Sequence[str], streams: Output, open_screen: ScreenOpener) -> int:
    from smtptui.cli.framework.fast_parser import parse_fast, parse_screen_fast

    plain = parse_fast(words)
    if plain is not None:
        verb, values, given = plain
        common = CommonOptions.merge(given, {})
        common.configure(streams)
        return handle(verb, Invocation(values, common, streams, open_screen))
    from smtptui.cli.framework.logging import silence_libraries

    silence_libraries()
    screen = parse_screen_fast(words)
    if screen is not None:
        from smtptui.cli.commands.tui import run

        common = CommonOptions.merge(screen.common, {})
        common.configure(streams)
        return run(Invocation(screen.values, common, streams, open_screen))
    from smtptui.cli.framework.parser import parse_and_call

    return parse_and_call(words, streams, open_screen)


def report_failure(streams: Output, error: SmtptuiError, *, as_json: bool) -> int:
    """Say the error on stderr and, when asked, as the document on stdout; returns its status."""
    from smtptui.cli.render.errors import print_error

    print_error(streams, error)
    if as_json:
        from smtptui.cli.render.json_out import write_envelope

        write_envelope(streams, {"error": error.to_json()})
    streams.flush()
    return ExitStatus.INTERRUPTED if INTERRUPTS.is_interrupted else status_of_error(error)
