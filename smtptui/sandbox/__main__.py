"""``python -m smtptui.sandbox``: the same as ``smtptui sandbox``, without the rest of the program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .serve import serve


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m smtptui.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="HTTP port on 127.0.0.1; 0 is any free one")
    parser.add_argument(
        "--config-out", type=Path, required=True, help="where to write the config (mode 0600)"
    )
    parser.add_argument(
        "--seed", default="default", help="default, empty, or a number of credentials an account"
    )
    parser.add_argument("--faults", type=Path, help="a JSON list of faults in force from the start")
    parser.add_argument(
        "--rate-time-scale", type=float, default=1.0, help="stretches the rate limit's window"
    )
    parser.add_argument("--parent-pid", type=int, help="stop when this process is not the parent any more")
    return serve(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
