"""Standard streams that whoever started the program has closed.

Their numbers would go to the next files that are opened, the local state among them, and whatever is written to
"stderr" by a library would land in there.
"""

from __future__ import annotations

import os
import sys


def replace_closed_streams() -> None:
    """An end of file for stdin, an error at every write for stdout, silence for stderr."""
    for name, flags, mode in (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", os.O_RDONLY, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            # The lowest number that is free is the one that was closed.
            number = os.open(os.devnull, flags)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
