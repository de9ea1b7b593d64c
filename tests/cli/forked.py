"""Runs the command line in processes forked from one that has imported it: as separate as a started one, and faster.

`python -m tests.cli.forked` is the server: a JSON request per line on stdin, the pid and then the status on stdout.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "click",
    "smtptui.cli.framework.main",
    "smtptui.cli.framework.parser",
    "smtptui.cli.render.json_out",
    "smtptui.config.read",
    "smtptui.net.session",
    "smtptui.net.graphql",
    "smtptui.probe.async_driver",
)
"""What most verbs import; their own modules come besides. Nothing here starts a thread or reads the environment."""


class ForkServer:
    """The client: one server for a test process, started with the first command."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self, words: tuple[str, ...], env: dict[str, str], cwd: Path, files: tuple[Path, Path, Path]
    ) -> int:
        """Run `smtptui WORDS` with these files as stdin, stdout and stderr, and return the exit status."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cli.forked"],
                # Unbuffered: `select` must see the status that follows the pid.
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd=ROOT,
            )  # fmt: skip
            atexit.register(self._process.kill)
        sending, receiving = self._process.stdin, self._process.stdout
        assert sending is not None and receiving is not None
        request = {"words": words, "env": env, "cwd": str(cwd), "files": [str(file) for file in files]}
        sending.write(json.dumps(request).encode() + b"\n")
        pid = int(receiving.readline())
        return self._wait(pid, receiving)

    @staticmethod
    def _wait(pid: int, receiving: IO[bytes], timeout: float = 120.0) -> int:
        if not select.select([receiving], [], [], timeout)[0]:
            os.kill(pid, signal.SIGKILL)
            receiving.readline()
            raise TimeoutError(f"a command did not end within {timeout:g} s")
        return int(receiving.readline())


def serve() -> None:
    from smtptui.cli.framework.registry import SUMMARIES, load_verb

    for name in PRELOADED:
        import_module(name)
    for name in SUMMARIES:
        load_verb(name)
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _run(request["words"], request["env"], request["cwd"], request["files"])
        os.write(1, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _run(words: list[str], env: dict[str, str], cwd: str, files: list[str]) -> NoReturn:
    """Become what `python -m smtptui WORDS` would be, and exit with its status."""
    status: object = 1
    try:
        os.setsid()
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        for number, (path, flags) in enumerate(
            zip(files, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)
        ):
            opened = os.open(path, flags)
            os.dup2(opened, number)
            os.close(opened)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
        sys.argv = ["smtptui", *words]
        from smtptui.__main__ import script

        script()
    except SystemExit as ended:
        status = ended.code
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)


if __name__ == "__main__":
    serve()
