"""A verification or a probe under way: each target with its state, the stages as they come, and a way to stop."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.catalogue import Key, key_of
from smtptui.tui.columns import fitted, label_of
from smtptui.tui.jobs import VerifyJob
from smtptui.tui.screens.page import Scrolling
from smtptui.tui.verdict_text import live_stages, verdict_text

_GLYPHS = {
    "waiting": ("·", "dim"),
    "verifying…": ("…", "bold"),
    "verified": ("✓", "green"),
    "failed": ("✗", "red"),
    "not done": ("!", "yellow"),
}


WORD_ROOM = 14
"""Cells for the glyph and the word before a target."""

SIDES = 4
"""Cells at the sides: padding, and a scroll bar when there is one."""


class VerifyScreen(Scrolling):
    PLACE = "verify"
    BINDINGS = bindings_of("verify")

    def __init__(self, job: VerifyJob) -> None:
        super().__init__()
        self.job = job

    def situation(self) -> Situation:
        return Situation(
            job_running=self.job.running,
            busy="it stops after what is under way" if self.job.running and self.job.stopping else "",
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        with VerticalScroll(classes="page", can_focus=False):
            yield Static("", id="targets", markup=False)
            yield Static("", id="verdict", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        self.refresh_job()
        self.our_app.show_status()

    def refresh_job(self) -> None:
        """The job went on."""
        if not self.composed:
            return
        job = self.job
        state = "Cancelled" if job.cancelled else "Done"
        if job.running:
            state = "Stopping" if job.stopping else "Probing" if job.by_probe else "Verifying"
            state = "Paused" if job.paused else state
        width = 12
        filled = width * job.done // max(1, job.total)
        bar = f"[{'#' * filled}{'.' * (width - filled)}]"
        self.query_one("#title", Static).update(Text(f"{state} {bar} {job.summary}"))
        room = self.app.size.width - WORD_ROOM - SIDES
        name_room = min(30, room * 3 // 5)
        text = Text()
        for target in job.targets:
            key = key_of(target)
            word = job.words[key]
            glyph, style = _GLYPHS.get(word, ("?", ""))
            word = fitted(job.doing(key).removeprefix("probe ") or word, WORD_ROOM - 2).rstrip()
            text.append(f"{glyph} {word:<{WORD_ROOM - 2}}", style=style)
            name = f"{target.account}/{label_of(target)}"
            host = fitted(str(target.host or ""), min(40, room - name_room - 1)).rstrip()
            text.append(f"{fitted(name, name_room)} {host}")
            if job.details.get(key) and word != "verified" and not self._whole(key):
                detail = Text(printable(job.details[key], 300), style="italic")
                for line in detail.wrap(self.app.console, max(20, room)):
                    text.append(f"\n{'':{WORD_ROOM}}")
                    text.append_text(line)
            text.append("\n")
        self.query_one("#targets", Static).update(text)
        self._show_stages()
        self.refresh_hints()

    def _whole(self, key: Key) -> bool:
        """Whether a verdict is shown with its stages, as that of a single target is."""
        return self.job.total == 1 and key in self.job.verdicts

    def _show_stages(self) -> None:
        if self.job.total != 1:
            return
        key = key_of(self.job.targets[0])
        verdict: RenderableType = live_stages(self.job.stages.get(key, {}))
        if self._whole(key):
            verdict = verdict_text(self.job.verdicts[key])
        self.query_one("#verdict", Static).update(verdict)

    def on_resize(self) -> None:
        self.refresh_job()

    def do_cancel(self) -> None:
        self.our_app.verifier.stop()
