"""Run a password command: no shell, no secret in its arguments, a deadline, a limit on its output."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from smtptui.secrets.secret import MAX_SECRET_BYTES

STDERR_BYTES = 4 * 1024


class CommandFailedError(Exception):
    """A command gave no secret. `stderr` is the beginning of its standard error, not yet redacted.

    `output` is its standard output, which must be registered with the redactor before `stderr` is shown.
    """

    def __init__(self, reason: str, errors: str = "", output: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.stderr = errors
        self.output = output


async def run_password_command(
    words: Sequence[str], *, environ: Mapping[str, str], deadline: float, interactive: bool
) -> str:
    """Return the first line of a command's output; the rest is ignored, as with `pass show`.

    `deadline` is in seconds. An interactive command may read the terminal, any other reads nothing.
    Raise CommandFailedError.
    """
    with _open_stdin(interactive) as stdin:
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=stdin,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=dict(environ),
                # A new session can be killed as a whole; a command that asks must stay on our terminal.
                start_new_session=not interactive,
            )
        except FileNotFoundError:
            raise CommandFailedError("there is no such command") from None
        except (OSError, ValueError) as error:
            detail = error.strerror if isinstance(error, OSError) else None
            raise CommandFailedError(f"it cannot be started ({detail or type(error).__name__})") from None
        try:
            async with asyncio.timeout(deadline):
                output, errors = await _read_output(process)
        except TimeoutError:
            raise CommandFailedError(f"it did not finish within {deadline:g} s") from None
        finally:
            await _kill(process, group=not interactive)
    if process.returncode:
        raise CommandFailedError(
            f"it exited with status {process.returncode}",
            errors.decode("utf-8", "replace"),
            output.decode("utf-8", "replace"),
        )
    if len(output) > MAX_SECRET_BYTES:
        raise CommandFailedError(f"it wrote more than {MAX_SECRET_BYTES // 1024} KiB")
    try:
        line = output.decode("utf-8").split("\n", 1)[0].removesuffix("\r")
    except UnicodeDecodeError:
        raise CommandFailedError("what it wrote is not UTF-8 text") from None
    if not line:
        raise CommandFailedError("its first line is empty" if output else "it wrote nothing")
    return line


async def _read_output(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = await asyncio.gather(
        _read_capped(process.stdout, MAX_SECRET_BYTES + 1), _read_capped(process.stderr, STDERR_BYTES)
    )
    await process.wait()
    return output, errors


async def _read_capped(stream: asyncio.StreamReader, limit: int) -> bytes:
    """Return the first `limit` bytes; read and drop the rest, so that the writer does not block."""
    beginning = bytearray()
    while piece := await stream.read(8192):
        beginning += piece[: max(0, limit - len(beginning))]
    return bytes(beginning)


async def _kill(process: asyncio.subprocess.Process, *, group: bool) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()


@contextlib.contextmanager
def _open_stdin(interactive: bool) -> Iterator[IO[bytes] | int]:
    stream: IO[bytes] | int = asyncio.subprocess.DEVNULL
    if interactive and sys.platform != "win32":
        with contextlib.suppress(OSError):
            stream = open("/dev/tty", "rb", buffering=0)  # noqa: SIM115, PTH123
    try:
        yield stream
    finally:
        if not isinstance(stream, int):
            stream.close()
