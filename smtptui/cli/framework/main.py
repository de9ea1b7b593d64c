"""Runs one command line, from its words to its exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from smtptui.cli.framework.crash_report import install_hooks, write_crash_report
from smtptui.cli.framework.exit_status import ExitStatus, combine, status_of_error
from smtptui.cli.framework.invocation import CommonOptions, Invocation, ScreenOpener
from smtptui.cli.framework.output import Output, OutputClosed, discard_stream
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.model.errors import RemoteState, SmtptuiError, StoppedError


class InternalError(SmtptuiError):
    """A bug in smtptui."""

    kind = "internal"


def run(words: Sequence[str], *, open_screen: ScreenOpener) -> int:
    """Run the command; every failure becomes lines on stderr, JSON on stdout if asked for, and an exit status."""
    install_hooks()
    output = Output()
    as_json = "--json" in words[: words.index("--") if "--" in words else None]
    try:
        with INTERRUPTS.handle_signals():
            status = _dispatch(words, output, open_screen)
        output.flush()
        if INTERRUPTS.is_interrupted:
            return ExitStatus.INTERRUPTED
        return _check_output(output, status)
    except OutputClosed:
        return _check_output(output, ExitStatus.DONE)
    except SmtptuiError as error:
        return report_failure(output, error, as_json=as_json)
    except KeyboardInterrupt:
        was_writing = INTERRUPTS.is_writing
        stopped = StoppedError(
            "Interrupted.",
            outcome=RemoteState.UNKNOWN if was_writing else RemoteState.NOTHING_DONE,
            hint="The last write may have reached the provider: list the account again."
            if was_writing
            else "",
        )
        return report_failure(output, stopped, as_json=as_json)
    except Exception as error:
        path = write_crash_report(error, output.redactor, output.state_dir)
        internal = InternalError(
            f"An internal error stopped the command ({type(error).__name__}).",
            outcome=RemoteState.UNKNOWN,
            hint=f"Please report it with the file {path}." if path else "No report could be written.",
        )
        return report_failure(output, internal, as_json=as_json)


def report_unwritable_output(error: OSError) -> int:
    """Report a failed write to stdout and return the exit status; a reader that closed the pipe is no failure."""
    discard_stream(sys.stdout)
    output = Output()
    output.stop_writing(error)
    return _check_output(output, ExitStatus.DONE)


def _check_output(output: Output, status: int) -> int:
    """Return the status, or the graver one of results that could not be written."""
    if output.failure is None:
        return status
    # Not through report_failure: the command itself may have succeeded.
    output.write_error(f"Error: {output.failure.message}")
    output.write_error(f"  {output.failure.hint}")
    return combine([ExitStatus(status), status_of_error(output.failure)])


def _dispatch(words: Sequence[str], output: Output, open_screen: ScreenOpener) -> int:
    from smtptui.cli.framework.fast_parser import parse_fast

    fast = parse_fast(words)
    if fast is None or fast.verb is None:
        from smtptui.cli.framework.logging import silence_libraries

        silence_libraries()
    if fast is None:
        from smtptui.cli.framework.parser import parse_and_run

        return parse_and_run(words, output, open_screen)
    common = CommonOptions.merge(fast.common, {})
    common.configure(output)
    invocation = Invocation(fast.values, common, output, open_screen)
    if fast.verb is None:
        from smtptui.cli.commands.tui import run

        return run(invocation)
    from smtptui.cli.framework.registry import load_verb

    return load_verb(fast.verb).run(invocation)


def report_failure(output: Output, error: SmtptuiError, *, as_json: bool) -> int:
    """Print the error on stderr and, when asked for, as the document on stdout; return its exit status."""
    from smtptui.cli.render.errors import print_error

    print_error(output, error)
    if as_json:
        from smtptui.cli.render.json_out import write_envelope

        write_envelope(output, {"error": error.to_json()})
    output.flush()
    return ExitStatus.INTERRUPTED if INTERRUPTS.is_interrupted else status_of_error(error)
