"""Walk the demo in tmux at 80x24 and write what stands on its screen between the markers of README.md.

Run it as `python tests/captures/make.py [FILE]`. It waits for what it expects to see, and fails where that does
not come. A marker is `<!-- capture:NAME -->`, and its end `<!-- /capture -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SESSION = "smtptui-captures"
DEADLINE = 60.0


class Tmux:
    """One session of a tmux server of its own, so that nobody else's is touched."""

    def __init__(self) -> None:
        self._socket = f"smtptui-captures-{os.getpid()}"

    def _run(self, *words: str) -> str:
        command = ["tmux", "-L", self._socket, "-f", os.devnull, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def open(self, *command: str) -> None:
        self._run("new-session", "-d", "-s", SESSION, "-x", "80", "-y", "24", *command)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._run("send-keys", "-t", SESSION, key)

    def press_until(self, key: str, text: str) -> None:
        """Press a key until a text is on the screen, at most twenty times."""
        for _ in range(20):
            before = self.screen
            if text in before:
                return
            self.press(key)
            wait_until(lambda before=before: self.screen != before)  # type: ignore[misc]
        raise SystemExit(f"never seen: {text}\n{self.screen}")

    def type(self, text: str) -> None:
        self._run("send-keys", "-t", SESSION, "-l", text)

    @property
    def screen(self) -> str:
        lines = self._run("capture-pane", "-p", "-t", SESSION).splitlines()
        return "\n".join(line.rstrip() for line in lines).rstrip()

    def wait(self, *texts: str) -> str:
        """The screen as soon as all of these are on it."""
        end = time.monotonic() + DEADLINE
        while True:
            screen = self.screen
            if all(text in screen for text in texts):
                return screen
            if time.monotonic() > end:
                raise SystemExit(f"never seen: {texts}\n{screen}")
            time.sleep(0.05)

    def ended(self) -> bool:
        done = subprocess.run(
            ["tmux", "-L", self._socket, "has-session", "-t", SESSION], check=False, capture_output=True
        )
        return done.returncode != 0

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], check=False, capture_output=True)


def walk(tmux: Tmux) -> dict[str, str]:
    """Filter, open, edit, test, save, verify all, ask about several, plan, audit, quit; the screens on the way, by name."""
    captures: dict[str, str] = {}
    tmux.wait("acme-blue", "Acme Billing", "acme-idp")
    captures["list"] = tmux.wait("✓ verified", "39 credentials")
    tmux.press("/")
    tmux.wait("Filter:")
    tmux.type("host=*.amazonaws.com age>30d")
    captures["filter"] = tmux.wait("3 of 39 shown", "Acme Alerts")
    tmux.press("Enter")
    tmux.wait("Acme Alerts  AKIA")
    tmux.press("Enter")
    captures["detail"] = tmux.wait("live", "by our probe", "Only at Blue")
    tmux.press("p")
    tmux.wait("Done [############]", "What it means")
    tmux.press("Escape")
    tmux.wait("by our probe", "auth.")
    tmux.press("s")
    captures["stages"] = tmux.wait("stages of the last probe", "✓ tcp")
    tmux.press("Escape")
    tmux.wait("Only at Blue")
    tmux.press("e")
    tmux.wait("Edit acme-blue/", "keep what is stored")
    tmux.press("F4")
    captures["form"] = tmux.wait("Test: ")
    tmux.press_until("Down", "Sender name of outgoing mail.")
    tmux.press("End")
    tmux.type(" (EU)")
    tmux.press("F2")
    tmux.wait("is saved.")
    tmux.press("Escape")
    tmux.wait("2 of 39 shown")
    tmux.press("Escape")
    tmux.wait("39 credentials")
    tmux.press("/")
    tmux.wait("Filter:")
    tmux.type("acme-blue")
    tmux.wait("12 of 39 shown")
    tmux.press("Enter")
    tmux.press("V")
    captures["verify"] = tmux.wait("Done [############]")
    tmux.press("q")
    tmux.wait("Filter:")
    tmux.press("g", "Space", "Space", "Space")
    tmux.wait("3 marked")
    tmux.press("d")
    captures["question"] = tmux.wait("Delete 3 credentials?", "Type delete 3 to agree")
    tmux.press("Escape")
    tmux.wait("Acme News  smtp.mailgun.org")
    tmux.press("-", "g")
    tmux.wait("12 of 39 shown · by")
    tmux.press("M")
    tmux.wait("Make the plan")
    tmux.press("Down", "Right", "F2")
    tmux.wait("Plan · Migrate acme-blue", "12 steps: 11 create")
    tmux.press("Space")
    captures["plan"] = tmux.wait("1 skipped", "Ready: 10 steps to do")
    tmux.press("Escape")
    tmux.wait("Leave the plan?")
    tmux.press("y")
    tmux.wait("Make the plan")
    tmux.press("Escape")
    tmux.wait("Filter:")
    tmux.press("a")
    captures["audit"] = tmux.wait("Audit · 39 credentials", "ERROR (", "within 1 day")
    tmux.press("Escape")
    tmux.wait("Filter:")
    tmux.press("?")
    captures["help"] = tmux.wait("smtptui help")
    tmux.press("q")
    tmux.wait("Filter:")
    tmux.press("q")
    # The choices for the migration are kept, so quitting asks.
    tmux.wait("Quit?")
    tmux.press("y")
    return captures


def written(text: str, captures: dict[str, str]) -> str:
    """The text with every capture between its markers; other markers stay as they are."""

    def fill(match: re.Match[str]) -> str:
        screen = captures.get(match["name"])
        if screen is None:
            return match[0]
        return f"<!-- capture:{match['name']} -->\n```text\n{screen}\n```\n<!-- /capture -->"

    return re.sub(r"<!-- capture:(?P<name>[\w-]+) -->.*?<!-- /capture -->", fill, text, flags=re.S)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not true() and time.monotonic() < end:
        time.sleep(0.05)


def main() -> int:
    readme = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "README.md"
    tmux = Tmux()
    try:
        tmux.open(sys.executable, "-m", "smtptui", "demo")
        captures = walk(tmux)
        wait_until(tmux.ended)
        if not tmux.ended():
            raise SystemExit("the demo did not end")
    finally:
        tmux.close()
    text = readme.read_text(encoding="utf-8")
    new = written(text, captures)
    if new != text:
        readme.write_text(new, encoding="utf-8")
    print(f"{', '.join(captures)} written to {readme.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
