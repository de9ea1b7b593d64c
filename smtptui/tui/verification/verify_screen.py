"""A verification or a probe under way: each target with its state, the stages as they come, and a way to stop."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.presentation.verdicts import live_stage_spans
from smtptui.probe.verdict import Verdict
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.catalogue import key_of
from smtptui.tui.jobs.item_progress import VerificationProgress
from smtptui.tui.jobs.target_list import STATE_WIDTH, TargetList, target_cells
from smtptui.tui.shell.page import ScrollingScreen
from smtptui.tui.shell.span_text import to_text
from smtptui.tui.verification.verdict_view import render_verdict

SIDE_CELLS = 4
"""Cells at the sides: padding, and a scroll bar when there is one."""


class VerifyScreen(ScrollingScreen):
    """Several targets are a list; a single one has a page, with its stages and its verdict."""

    SCOPE = "verify"
    BINDINGS = bindings_of("verify")

    def __init__(self, job: VerificationProgress) -> None:
        super().__init__()
        self.progress = job

    @property
    def _has_several_targets(self) -> bool:
        return self.progress.total != 1

    @property
    def is_composed(self) -> bool:
        return bool(self.query(TargetList)) if self._has_several_targets else super().is_composed

    @property
    def _table(self) -> TargetList:
        return self.query_one(TargetList)

    def action_context(self) -> ActionContext:
        reason = "" if self.progress.is_running else "nothing is running"
        if self.progress.is_running and self.progress.is_stopping:
            reason = "it stops after what is under way"
        return ActionContext(reasons={"cancel": reason})

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        if self._has_several_targets:
            yield TargetList(self.progress)
        else:
            with VerticalScroll(classes="page", can_focus=False):
                yield Static("", id="targets", markup=False)
                yield Static("", id="verdict", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        if self._has_several_targets:
            self._table.focus()
        self.refresh_progress()
        self.services.show_status()

    def refresh_progress(self) -> None:
        """The job went on."""
        if not self.is_composed:
            return
        job = self.progress
        state = "Cancelled" if job.is_cancelled else "Done"
        if job.is_running:
            state = "Stopping" if job.is_stopping else "Probing" if job.is_probe else "Verifying"
            state = "Paused" if job.is_paused else state
        width = 12
        filled = width * job.done // max(1, job.total)
        bar = f"[{'#' * filled}{'.' * (width - filled)}]"
        self.query_one("#title", Static).update(Text(f"{state} {bar} {job.summary}"), layout=False)
        if self._has_several_targets:
            self._table.reload()
        else:
            self._show_single()
        self.refresh_hints()

    def _show_single(self) -> None:
        job = self.progress
        target = job.targets[0]
        key = key_of(target)
        room = self.app.size.width - STATE_WIDTH - SIDE_CELLS
        text = Text()
        for part, style in target_cells(job, target, room):
            text.append(part, style=style)
        # A verdict says it in full, with its stages.
        if job.details.get(key) and job.states[key] != "verified" and key not in job.verdicts:
            detail = Text(printable(job.details[key], 300), style="italic")
            for line in detail.wrap(self.app.console, max(20, room)):
                text.append(f"\n{'':{STATE_WIDTH}}")
                text.append_text(line)
        self.query_one("#targets", Static).update(text)
        verdict: RenderableType = to_text(live_stage_spans(job.stages.get(key, {})))
        if key in job.verdicts:
            verdict = render_verdict(Verdict.from_json(job.verdicts[key]))
        self.query_one("#verdict", Static).update(verdict)

    def on_resize(self) -> None:
        self.refresh_progress()

    def do_scroll_down(self) -> None:
        if self._has_several_targets:
            self._table.move(1)
        else:
            super().do_scroll_down()

    def do_scroll_up(self) -> None:
        if self._has_several_targets:
            self._table.move(-1)
        else:
            super().do_scroll_up()

    def do_page_down(self) -> None:
        if self._has_several_targets:
            self._table.move(self._table.page)
        else:
            super().do_page_down()

    def do_page_up(self) -> None:
        if self._has_several_targets:
            self._table.move(-self._table.page)
        else:
            super().do_page_up()

    def do_open(self) -> None:
        line = self._table.current_line if self._has_several_targets else None
        target = line.target if line is not None else self.progress.targets[0]
        self.services.open_detail(*self.services.credentials.current([target]))

    def do_jobs(self) -> None:
        self.services.show_jobs()

    def do_cancel(self) -> None:
        from smtptui.tui.verification.verify_controller import VerifyController

        self.services.controller(VerifyController).stop()
