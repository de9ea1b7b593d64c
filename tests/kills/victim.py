"""Runs migrations in processes of their own that kill themselves at a transition of their journal.

A script, started once: it imports everything, then reads a job a line (JSON) and forks a process for each, so that
a case costs no start-up. A job:

    do      "apply" plans `source` to `target` and applies that, "undo" takes the last run back; "resume" takes up the
            last run; each plans `source` to `target` again afterwards
    config, state   the files of the workspace
    kill    {"when": "before" or "after", and "nth" or "event" with "step"}: where SIGKILL comes
    fault   {"step", "drop", "account", "operation", "url"}: the sandbox drops that step's write, once
    out     where the result is written, as JSON

The answer to a job is one line: the exit status of its process, negative for a signal.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
import urllib.request
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from smtptui.model.capability import Consent
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.net import client, graphql_transport  # noqa: F401 - imported once, before any fork
from smtptui.providers.registry import provider_spec
from smtptui.state.journal import Journal, JournalEntry
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.plans.undo import plan_undo
from smtptui.workspace.runs.apply import apply, resume
from smtptui.workspace.runs.events import RunEnded
from smtptui.workspace.runs.history import list_runs
from smtptui.workspace.runs.safety import ApplyOptions

AGREED = ApplyOptions(
    accept_losses=frozenset(field.name for field in PLAIN_WRITABLE_FIELDS),
    max_changes=1000,
    consents=frozenset({Consent.OVERWRITE_UNKNOWN}),
)

Job = Mapping[str, Any]


def _install_hook(job: Job) -> list[str]:
    """Make the one place where transitions are written kill this process, or spoil the next write; counts them."""
    append = Journal.append
    made: list[str] = []
    spoiled: list[str] = []
    kill, fault = job.get("kill"), job.get("fault")

    def is_struck(step: int | None, event: str) -> bool:
        if kill is None:
            return False
        if "nth" in kill:
            return bool(len(made) == kill["nth"])
        return bool((event, step) == (kill["event"], kill["step"]))

    def hooked(
        self: Journal, run: str, step: int | None, event: str, *rest: Any, **more: Any
    ) -> JournalEntry:
        made.append(f"{event} {step}")
        here = is_struck(step, event)
        if kill is not None and here and kill["when"] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        entry = append(self, run, step, event, *rest, **more)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
        if fault is not None and not spoiled and (event, step) == ("attempt", fault["step"]):
            spoiled.append(event)
            _drop(fault)
        return entry

    Journal.append = hooked  # type: ignore[method-assign]
    return made


def _drop(fault: Mapping[str, Any]) -> None:
    body = [{name: fault[name] for name in ("account", "operation", "drop")} | {"times": 1}]
    request = urllib.request.Request(
        f"{fault['url']}/__sandbox__/faults",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30):
        pass


async def _perform(job: Job, made: list[str]) -> dict[str, Any]:
    request = PlanRequest(source=job["source"], target=job["target"])
    async with Workspace.load(Options(config=job["config"], state_dir=job["state"])) as ws:
        if job["do"] == "apply":
            events = apply(ws, await plan_migration(ws, request), AGREED)
        elif job["do"] == "undo":
            events = apply(ws, await plan_undo(ws, list_runs(ws)[0].id), AGREED)
        else:
            events = resume(ws, list_runs(ws)[0].id, AGREED)
        report = None
        async for event in events:
            if isinstance(event, RunEnded):
                report = event.report
        assert report is not None
        again = await plan_migration(ws, request)
    return {
        "made": made,
        "run": report.to_json(),
        "again": again.count_actions(),
    }


def _child(job: Job) -> int:
    try:
        result = asyncio.run(_perform(job, _install_hook(job)))
    except BaseException:
        Path(job["out"]).write_text(json.dumps({"error": traceback.format_exc()}))
        return 1
    Path(job["out"]).write_text(json.dumps(result))
    return 0


WARM = (
    "anyio._backends._asyncio",
    "certifi",
    "httpcore",
    "smtptui.config.read",
    "smtptui.workspace.credentials.export",
)
"""What a run would import, imported before any fork."""


def main() -> None:
    for module in WARM:
        import_module(module)
    for name in ("blue", "pipefy", "sendmux", "digitanium", "file"):
        provider_spec(name).load_adapter_class()
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_child(job))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
