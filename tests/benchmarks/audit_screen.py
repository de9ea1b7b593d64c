"""How soon the audit's screen shows its first findings, over ten thousand remembered credentials and over ten.

The time runs from the key to the first finding in a terminal of 80x24. Aim: the same time for both.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from pathlib import Path

from smtptui.sandbox.running import RunningSandbox
from tests.tui.metering import Meter, demo

SEEDS = {"few": "3", "many": "2500"}
"""In each of four accounts."""
RUNS = 5
FINDING = r"(?m)^>? *[✗!·] "
COUNT = r"smtptui · [1-9][0-9]* credentials"


def first_findings(terminal: Meter) -> float:
    """Seconds from the key to the first findings; the audit is left again."""
    terminal.settled()
    pressed = time.perf_counter()
    terminal.press("a")
    terminal.until(lambda screen: "Audit" in screen and re.search(FINDING, screen), "a finding")
    taken = time.perf_counter() - pressed
    terminal.settled()
    terminal.cost("escape")
    return taken


def main() -> None:
    for name, seed in SEEDS.items():
        with RunningSandbox(seed=seed) as sandbox, tempfile.TemporaryDirectory() as state:
            terminal = demo(Path(sandbox.config), Path(state))
            try:
                terminal.until(lambda screen: re.search(COUNT, screen) and "eading" not in screen, "the list")
                taken = [first_findings(terminal) for _ in range(RUNS)]
            finally:
                terminal.close()
            print(
                f"{name:5} ({seed} in each account): first findings {statistics.median(taken) * 1000:.0f} ms"
            )


if __name__ == "__main__":
    main()
