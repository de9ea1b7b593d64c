"""`list --json` over a slow line, against the chain of requests that no client could shorten.

The bound is the longest account's chain of dependent requests at the added latency, plus the program's own
start-up (the same command over an empty sandbox) and the sandbox's own processor time.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from smtptui.sandbox.running import RunningSandbox

LATENCY = 0.1
PAGES = 10
"""Sendmux gives 100 records a page, and a page names the next one: 1,000 records are ten requests in a row."""


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed_listing(config: Path, state: Path) -> tuple[float, int, int]:
    """Seconds, credentials listed, and the client's peak memory in KiB (of all children so far)."""
    command = [
        sys.executable,
        "-m",
        "smtptui",
        "--config",
        str(config),
        "--state-dir",
        str(state),
        "list",
        "--json",
    ]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True)
    taken = time.perf_counter() - start
    return (
        taken,
        len(json.loads(done.stdout)["credentials"]),
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        state = Path(scratch)
        with RunningSandbox(seed="empty") as empty:
            timed_listing(Path(empty.config), state / "a")
            start_up, _, _ = timed_listing(Path(empty.config), state / "a")
        print(f"start-up (empty accounts)   {start_up:6.2f} s")
        with RunningSandbox(seed="1000") as slow:
            slow.faults([{"latency_ms": LATENCY * 1000}])
            before = cpu_seconds(slow.pid)
            taken, count, _ = timed_listing(Path(slow.config), state / "b")
            served = cpu_seconds(slow.pid) - before
        chain = PAGES * LATENCY
        bound = chain + start_up + served
        print(f"{count} credentials, {LATENCY * 1000:.0f} ms a request   {taken:6.2f} s")
        print(f"chain {chain:.2f} s + start-up {start_up:.2f} s + sandbox {served:.2f} s = {bound:.2f} s")
        print(f"ratio to the bound          {taken / bound:6.2f}")
        with RunningSandbox(seed="10000") as many:
            taken, count, peak = timed_listing(Path(many.config), state / "c")
        print(f"{count} credentials            {taken:6.2f} s, largest process so far {peak / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
