"""How long smtptui takes to say something, in multiples of a bare interpreter measured beside it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 21
COMMANDS = {
    "bare interpreter": ["-c", "pass"],
    "--version": ["-m", "smtptui", "--version"],
    "completion bash": ["-m", "smtptui", "completion", "bash"],
    "--help": ["-m", "smtptui", "--help"],
    "caps --json": ["-m", "smtptui", "caps", "--json"],
}


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
            times[name].append(time.perf_counter() - start)
    baseline = statistics.median(times["bare interpreter"])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:20} {median * 1000:7.1f} ms   {median / baseline:5.2f} x bare interpreter")


if __name__ == "__main__":
    main()
