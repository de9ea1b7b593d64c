"""What the screen costs in a terminal of 80x24, beside a hello-world program of Textual in the same run.

Bytes are exact; times and memory depend on the machine, so read them as multiples of the hello-world program's.
Usage: python -m tests.benchmarks.screen [ROWS…]   (default: 39 and 10000)
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.tui.metering import QUIET, Meter, hello, many

STARTS = 3
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


def answer(terminal: Meter, key: str, times: int) -> tuple[int, float]:
    """Middle bytes for a key, and middle milliseconds from the key to its last byte."""
    costs, waits = [], []
    for _ in range(times):
        before = terminal.settled()
        pressed = time.perf_counter()
        terminal.press(key)
        last = pressed
        while terminal._read(2.0 if last == pressed else QUIET):
            last = time.perf_counter()
        costs.append(len(terminal.bytes) - before)
        waits.append((last - pressed) * 1000)
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
