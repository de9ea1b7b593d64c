"""A command whose questions are answered by what was typed at a terminal; its results go to a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from .conftest import Ended, environment


def typed(text: str, *words: str, home: Path, **env: str) -> Ended:
    """Input and stderr are a pseudo-terminal, stdout is a pipe. `err` is all that the terminal showed."""
    ours, theirs = os.openpty()
    shown: list[bytes] = []
    reading = threading.Thread(target=_read, args=(ours, shown))
    os.write(ours, text.encode())
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "smtptui", *words],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env=environment(home, **env),
            cwd=home,
            start_new_session=True,
        )
        reading.start()
        out, _ = process.communicate(timeout=120)
    finally:
        os.close(theirs)
    reading.join(30)
    os.close(ours)
    return Ended(process.returncode, out.decode(), b"".join(shown).decode())


def _read(terminal: int, shown: list[bytes]) -> None:
    """Until nobody has the other side open any more."""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            return
        if not data:
            return
        shown.append(data)
