"""`audit --cached --json` over ten thousand remembered credentials, against reading the same rows.

Beyond the program's own start-up (the same command over an empty state) it is measured in multiples of what
reading the rows from the state and `json.loads` of each takes, in a process of the same kind.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from smtptui.sandbox.running import RunningSandbox

SEED = 2500
"""In each of four accounts."""
RUNS = 7


def audit(config: Path, state: Path) -> tuple[float, int]:
    """Seconds, and how many credentials were looked at."""
    command = [sys.executable, "-m", "smtptui", "--config", str(config), "--state-dir", str(state)]
    start = time.perf_counter()
    done = subprocess.run([*command, "audit", "--cached", "--json"], capture_output=True, check=False)
    taken = time.perf_counter() - start
    return taken, json.loads(done.stdout)["counts"]["credentials"]


def reading(state: Path) -> float:
    """Seconds to read every remembered row and to parse it."""
    start = time.perf_counter()
    connection = sqlite3.connect(state / "state.db")
    rows = [json.loads(body) for (body,) in connection.execute("SELECT body FROM listed")]
    taken = time.perf_counter() - start
    connection.close()
    assert rows
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        full, empty = Path(scratch, "full"), Path(scratch, "empty")
        with RunningSandbox(seed=str(SEED)) as sandbox:
            config = Path(sandbox.config)
            subprocess.run(
                [sys.executable, "-m", "smtptui", "--config", str(config), "--state-dir", str(full), "list", "--json"],
                capture_output=True,
                check=True,
            )  # fmt: skip
            ratios = []
            for _ in range(RUNS):
                start_up, none = audit(config, empty)
                taken, count = audit(config, full)
                baseline = reading(full)
                assert none == 0
                ratios.append((taken - start_up) / baseline)
                print(
                    f"start-up {start_up:.3f} s   {count} credentials {taken:.3f} s   "
                    f"reading them {baseline:.3f} s   ratio {ratios[-1]:.2f}"
                )
    print(f"median ratio beyond start-up {statistics.median(ratios):.2f} (aim: at most 3)")


if __name__ == "__main__":
    main()
