"""1,000 creations at Sendmux by a whole run: plan, apply with its journal, and every result verified.

Every request of the run is counted, its listings too, from the client's own log. The share is of the allowed rate
over the whole apply; "at best" is what a client of endless speed would need without a 429. The password of every
credential is looked up, and the sandbox logs in with it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from smtptui.sandbox.hosts import HOSTS
from smtptui.sandbox.running import RunningSandbox
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.runs.apply import apply
from smtptui.workspace.runs.events import RunEnded, RunReport
from smtptui.workspace.runs.safety import ApplyOptions

TARGET = "acme-sendmux"
LIMIT = 600
WINDOW = 60.0
PASSWORD = "pw-migrating"
_SENT = re.compile(rf"{TARGET} \w+ \w+: (\d+|no response) in ")


class Requests(logging.Handler):
    """Counts the answers of the target by status."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.statuses: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        found = _SENT.match(record.getMessage())
        if found:
            self.statuses[found[1]] += 1


def source(folder: Path, count: int) -> dict[str, dict[str, str]]:
    """A file of credentials; returns the logins that it holds, by host."""
    lines, logins = ["schema = 1"], dict[str, dict[str, str]]()
    for n in range(count):
        host, username = HOSTS[n % len(HOSTS)], f"user-{n:05d}"
        logins.setdefault(host, {})[username] = PASSWORD
        lines += ["[[credentials]]", f'id = "{n}"', f'name = "Sender {n}"', f'host = "{host}"', "port = 587"]
        lines += [f'username = "{username}"', 'password_from = "env:MIGRATING"']
    path = folder / "source.toml"
    path.write_text("\n".join(lines))
    path.chmod(0o600)
    return logins


async def migrated(config: Path, folder: Path) -> tuple[RunReport, Counter[str], float, float]:
    requests = Requests()
    log = logging.getLogger("smtptui")
    async with Workspace.load(Options(config=str(config), state_dir=str(folder / "state"))) as ws:
        request = PlanRequest(source=f"file:{folder / 'source.toml'}", target=TARGET)
        plan = await plan_migration(ws, request)
        log.addHandler(requests)
        log.setLevel(logging.INFO)
        start, busy = time.perf_counter(), time.process_time()
        report = None
        async for event in apply(ws, plan, ApplyOptions()):
            if isinstance(event, RunEnded):
                report = event.report
        taken, busy = time.perf_counter() - start, time.process_time() - busy
        log.removeHandler(requests)
    assert report is not None
    return report, requests.statuses, taken, busy


def measured(scale: float, creations: int) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        RunningSandbox(seed="empty", rate_time_scale=scale) as sandbox,
    ):
        folder = Path(name)
        sandbox.smtp_logins(source(folder, creations))
        report, statuses, taken, busy = asyncio.run(migrated(sandbox.config, folder))
    requests = statuses.total()
    allowed = LIMIT / (WINDOW * scale)
    verified = sum(step.verification == "verified" for step in report.steps)
    print(
        f"scale {scale:4.2f}: {report.counts['created']} created, {verified} verified; {requests} requests in "
        f"{taken:6.2f} s (at best {(requests - 1) // LIMIT * WINDOW * scale:6.2f} s), "
        f"share {requests / taken / allowed:5.2f}, 429: {statuses['429']}, {busy:5.2f} s of processor",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=0.2)
    options.add_argument("--creations", type=int, default=1000)
    chosen = options.parse_args()
    os.environ["MIGRATING"] = PASSWORD
    measured(chosen.scale, chosen.creations)


if __name__ == "__main__":
    main()
