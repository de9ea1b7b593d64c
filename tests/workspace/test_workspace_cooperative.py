"""Long computations leave other tasks their turns."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from smtptui.model.change import Draft
from smtptui.sandbox.running import RunningSandbox
from smtptui.workspace.core import cooperative as cooperative
from smtptui.workspace.core.cooperative import run_cooperatively
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from tests.sync.listings import run_to_end

STEPS = 30


def counted(parts: int) -> Generator[None, None, int]:
    done = 0
    for _ in range(parts):
        done += 1
        yield
    return done


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox(seed="empty") as running:
        yield running


class OtherTask:
    """Another task, which counts its turns."""

    def __init__(self) -> None:
        self.turns = 0

    async def run(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)


async def test_other_tasks_run_between_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooperative, "SLICE", 0.0)
    other_task = OtherTask()
    other = asyncio.create_task(other_task.run())
    assert await run_cooperatively(counted(STEPS)) == run_to_end(counted(STEPS)) == STEPS
    other.cancel()
    assert other_task.turns >= STEPS


async def test_other_tasks_run_while_a_plan_is_built(
    sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cooperative, "SLICE", 0.0)
    lines = ["schema = 1"]
    for n in range(STEPS):
        lines += ["[[credentials]]", f'id = "{n}"', 'host = "smtp.example.com"', "port = 587"]
        lines += [f'username = "user-{n}"', 'password_from = "env:ANY"']
    source = tmp_path / "source.toml"
    source.write_text("\n".join(lines))
    other_task, seen = OtherTask(), list[int]()
    async with Workspace.load(Options(config=str(sandbox.config), state_dir=str(tmp_path))) as ws:
        provider = await ws.provider("acme-sendmux")
        check = provider.check_draft

        def check_draft(draft: Draft) -> None:
            seen.append(other_task.turns)
            check(draft)

        monkeypatch.setattr(provider, "check_draft", check_draft)
        other = asyncio.create_task(other_task.run())
        plan = await plan_migration(ws, PlanRequest(source=f"file:{source}", target="acme-sendmux"))
        other.cancel()
    assert plan.count_actions()["create"] == STEPS == len(set(seen))
