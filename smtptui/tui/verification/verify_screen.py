"""A verification or a probe under way: each target with its state, the stages as they come, and a way to stop."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.presentation.verdicts import live_stages, verdict_text
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.credentials.catalogue import key_of
from smtptui.tui.jobs.item_job import VerifyJob
from smtptui.tui.jobs.target_list import WORD_ROOM, TargetList, target_cells
from smtptui.tui.shell.page import Scrolling

SIDES = 4
"""Cells at the sides: padding, and a scroll bar when there is one."""


class VerifyScreen(Scrolling):
    """Several targets are a list; a single one has a page, with its stages and its verdict."""

    PLACE = "verify"
    BINDINGS = bindings_of("verify")

    def __init__(self, job: VerifyJob) -> None:
        super().__init__()
        self.job = job

    @property
    def _several(self) -> bool:
        return self.job.total != 1

    @property
    def composed(self) -> bool:
        return bool(self.query(TargetList)) if self._several else super().composed

    @property
    def _table(self) -> TargetList:
        return self.query_one(TargetList)

    def situation(self) -> Situation:
        return Situation(
            job_running=self.job.running,
            busy="it stops after what is under way" if self.job.running and self.job.stopping else "",
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        if self._several:
            yield TargetList(self.job)
        else:
            with VerticalScroll(classes="page", can_focus=False):
                yield Static("", id="targets", markup=False)
                yield Static("", id="verdict", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        if self._several:
            self._table.focus()
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
        self.query_one("#title", Static).update(Text(f"{state} {bar} {job.summary}"), layout=False)
        if self._several:
            self._table.read()
        else:
            self._show_one()
        self.refresh_hints()

    def _show_one(self) -> None:
        job = self.job
        target = job.targets[0]
        key = key_of(target)
        room = self.app.size.width - WORD_ROOM - SIDES
        text = Text()
        for part, style in target_cells(job, target, room):
            text.append(part, style=style)
        # A verdict says it in full, with its stages.
        if job.details.get(key) and job.words[key] != "verified" and key not in job.verdicts:
            detail = Text(printable(job.details[key], 300), style="italic")
            for line in detail.wrap(self.app.console, max(20, room)):
                text.append(f"\n{'':{WORD_ROOM}}")
                text.append_text(line)
        self.query_one("#targets", Static).update(text)
        verdict: RenderableType = live_stages(job.stages.get(key, {}))
        if key in job.verdicts:
            verdict = verdict_text(job.verdicts[key])
        self.query_one("#verdict", Static).update(verdict)

    def on_resize(self) -> None:
        self.refresh_job()

    def do_scroll_down(self) -> None:
        if self._several:
            self._table.move(1)
        else:
            super().do_scroll_down()

    def do_scroll_up(self) -> None:
        if self._several:
            self._table.move(-1)
        else:
            super().do_scroll_up()

    def do_page_down(self) -> None:
        if self._several:
            self._table.move(self._table.page)
        else:
            super().do_page_down()

    def do_page_up(self) -> None:
        if self._several:
            self._table.move(-self._table.page)
        else:
            super().do_page_up()

    def do_open(self) -> None:
        line = self._table.at_cursor if self._several else None
        target = line.target if line is not None else self.job.targets[0]
        self.our_app.open_detail(*self.our_app.showing.fresh([target]))

    def do_jobs(self) -> None:
        self.our_app.show_jobs()

    def do_cancel(self) -> None:
        self.our_app.verifier.stop()
