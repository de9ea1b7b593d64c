"""What the screen costs in a terminal of 80x24, beside a hello-world program of Textual in the same run.

Bytes are exact; times and memory depend on the machine, so read them as multiples of the hello-world program's.
The starts are of the installed program on a state with a snapshot of 10,000 credentials, by turns with hello world's;
processor time beside them is less moved by what else the machine does. The keys are pressed on made-up credentials.
Usage: python -m tests.benchmarks.screen [ROWS…]   (default: 39 and 10000)
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from smtptui.sandbox.running import RunningSandbox
from tests.tui.metering import QUIET, Meter, hello, many

STARTS = 3
STARTS_BY_TURNS = 9
KEPT = 10_000
ACCOUNT = "acme-sendmux"
PAGE_DOWN = "\x1b[6~"


def first_paint(start: Callable[[], Meter], text: str) -> tuple[float, Meter]:
    """Seconds until `text` is on the screen, the middle of some starts, and the last terminal, still open."""
    taken = []
    terminal = None
    for _ in range(STARTS):
        if terminal is not None:
            terminal.close()
        terminal = start()
        terminal.until(lambda screen: text in screen, text)
        taken.append(time.perf_counter() - terminal.began)
    assert terminal is not None
    terminal.settled()
    return statistics.median(taken), terminal


def memory(terminal: Meter) -> float:
    """The most that was resident, in MiB."""
    status = Path(f"/proc/{terminal.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def processor(terminal: Meter) -> float:
    """Milliseconds of processor time so far, of all threads."""
    tasks = Path(f"/proc/{terminal.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


class Begun(NamedTuple):
    """What it took until something was on the screen: milliseconds, those of the processor, MiB."""

    wall: float
    processor: float
    memory: float


def begun(start: Callable[[], Meter], text: str) -> Begun:
    terminal = start()
    try:
        terminal.until(lambda screen: text in screen, text)
        return Begun((time.perf_counter() - terminal.began) * 1000, processor(terminal), memory(terminal))
    finally:
        terminal.close()


def measure_starts() -> None:
    """First paints on the snapshot of a real account, and the memory of all its rows before and after a refresh."""
    with tempfile.TemporaryDirectory() as folder, RunningSandbox(seed=str(KEPT)) as sandbox:
        state = Path(folder) / "state"
        command = [
            sys.executable,
            "-m",
            "smtptui",
            "--config",
            str(sandbox.config),
            "--state-dir",
            str(state),
        ]
        command += ["--account", ACCOUNT]
        subprocess.run([*command, "list"], stdout=subprocess.DEVNULL, check=True)

        def live() -> Meter:
            (state / "first-page.json").unlink(missing_ok=True)
            return Meter(command)

        remembered = f"{KEPT} credentials"
        # The first start compiles what an installed program finds compiled: the second one counts.
        for _ in range(2):
            first = live()
            first.until(lambda screen: remembered in screen, remembered)
            used = {"all rows, before the network": memory(first)}
            first.until(lambda screen: f">  {ACCOUNT}" in screen and "reading" not in screen, "a refresh")
            first.settled()
            used["all rows, after a refresh"] = memory(first)
            first.press("q")
            first.wait()
            first.close()
        page = (state / "first-page.json").read_bytes()

        def prepaint() -> Meter:
            (state / "first-page.json").write_bytes(page)
            return Meter(command)

        starts = {
            "hello world": (hello, "Hello"),
            "pre-paint": (prepaint, ACCOUNT),
            "live rows": (live, f"~{ACCOUNT}"),
        }
        taken: dict[str, list[Begun]] = {name: [] for name in starts}
        for _ in range(STARTS_BY_TURNS):
            for name, (start, text) in starts.items():
                taken[name].append(begun(start, text))
    middle = {name: Begun(*map(statistics.median, zip(*each, strict=True))) for name, each in taken.items()}
    scale = middle["hello world"]
    print(f"first paint on a snapshot of {KEPT} credentials")
    for name, found in middle.items():
        print(
            f"  {name:28} {found.wall:7.0f} ms    {found.wall / scale.wall:5.2f} x"
            f"   processor {found.processor:5.0f} ms    {found.processor / scale.processor:5.2f} x"
            f"   {found.memory:5.1f} MiB   {found.memory / scale.memory:5.2f} x"
        )
    for name, size in used.items():
        print(f"  {name:28} {size:7.1f} MiB   {size / scale.memory:5.2f} x hello world")


def answer(terminal: Meter, key: str, times: int) -> tuple[int, float]:
    """Middle bytes for a key, and middle milliseconds from the key to its last byte."""
    costs, waits = [], []
    for _ in range(times):
        before = terminal.settled()
        pressed = time.perf_counter()
        terminal.press(key)
        # What the terminal here takes to draw them is not the program's time.
        terminal.heard = pressed
        while terminal._read(2.0 if terminal.heard == pressed else QUIET):
            pass
        costs.append(len(terminal.bytes) - before)
        waits.append((terminal.heard - pressed) * 1000)
    return int(statistics.median(costs)), statistics.median(waits)


def told(name: str, cost: tuple[int, float]) -> None:
    print(f"  {name:28} {cost[0]:7} bytes {cost[1]:7.1f} ms")


def measure(name: str, rows: int, scale: tuple[float, float], **more: str) -> None:
    seconds, terminal = first_paint(lambda: many(rows, **more), ">  acme")
    try:
        print(f"{name}, {rows} credentials")
        print(
            f"  first rows                   {seconds * 1000:7.0f} ms    {seconds / scale[0]:5.2f} x hello world"
        )
        told("start to settled list", (terminal.settled(), 0.0))
        told("cursor key", answer(terminal, "j", 9))
        while not any(line.startswith(">") for line in terminal.text.splitlines()[19:22]):
            terminal.cost("j")
        terminal.each("j", 2)
        told("line scrolled", answer(terminal, "j", 7))
        terminal.cost("g")
        told("page key", answer(terminal, PAGE_DOWN, 5 if rows > 200 else 1))
        told("help opened", answer(terminal, "?", 1))
        told("help closed", answer(terminal, "escape", 1))
        told("filter opened", answer(terminal, "/", 1))
        told("filter key", answer(terminal, "9", 1))
        terminal.cost("zzz")
        told("character typed", answer(terminal, "z", 5))
        print(f"  idle, a field focused        {terminal.idle(2.0) // 2:7} bytes a second")
        used = memory(terminal)
        print(f"  memory                       {used:7.1f} MiB   {used / scale[1]:5.2f} x hello world")
        terminal.cost("escape")
        terminal.press("q")
        terminal.wait()
    finally:
        terminal.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as compiled:
        # As installed: compiled once, and not at every start.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        measure_all()


def measure_all() -> None:
    measure_starts()
    sizes = [int(text) for text in sys.argv[1:]] or [39, 10_000]
    seconds, terminal = first_paint(hello, "Hello")
    scale = (seconds, memory(terminal))
    print("hello world")
    print(f"  first paint                  {seconds * 1000:7.0f} ms")
    told("start to settled", (terminal.settled(), 0.0))
    print(f"  memory                       {scale[1]:7.1f} MiB")
    terminal.close()
    for rows in sizes:
        measure("smtptui", rows, scale)
    measure("smtptui with Textual's own driver", sizes[-1], scale, SMTPTUI_DRIVER="textual")


if __name__ == "__main__":
    main()
