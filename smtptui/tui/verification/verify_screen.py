"""A verification or a probe under way: each target with its state, and the stages as they come."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.presentation.values import format_bar
from smtptui.presentation.verdicts import live_stage_spans
from smtptui.probe.verdict import Verdict
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.row import key_of
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.tui.shell.page import ScrollingScreen
from smtptui.tui.shell.span_text import to_text
from smtptui.tui.verification.target_list import STATE_WIDTH, TargetList, target_cells
from smtptui.tui.verification.verdict_view import render_verdict
from smtptui.tui.verification.verification_progress import VerificationProgress

BAR_WIDTH = 12

SIDE_CELLS = 4
"""Cells at the sides: padding, and a scroll bar when there is one."""

REPAINT_SECONDS = 0.1
"""Events that come within this time are painted together."""


class VerifyScreen(ScrollingScreen):
    """Several targets are a list; a single one has a page, with its stages and its verdict."""

    SCOPE = "verify"
    BINDINGS = bindings_of("verify")

    def __init__(self, job: Job, progress: VerificationProgress) -> None:
        super().__init__()
        self.job = job
        self.progress = progress
        self._is_repaint_due = False

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
        return ActionContext(reasons={"cancel": self.job.cancel_refusal})

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
        self.services.jobs.subscribe(self._schedule_repaint)
        self._repaint()
        self.services.show_status()

    def on_unmount(self) -> None:
        self.services.jobs.unsubscribe(self._schedule_repaint)

    def _schedule_repaint(self, job: Job) -> None:
        if job is self.job and not self._is_repaint_due and self.is_attached:
            self._is_repaint_due = True
            self.set_timer(REPAINT_SECONDS, self._repaint)

    def _repaint(self) -> None:
        self._is_repaint_due = False
        if not self.is_composed:
            return
        bar = format_bar(self.progress.done, self.progress.total, BAR_WIDTH).partition(" ")[0]
        title = Text(f"{self._state_word} {bar} {self.progress.summary}")
        self.query_one("#title", Static).update(title, layout=False)
        if self._has_several_targets:
            self._table.reload()
        else:
            self._show_single()
        self.refresh_hints()

    @property
    def _state_word(self) -> str:
        if self.job.state is JobState.RUNNING:
            return "Probing" if self.progress.is_probe else "Verifying"
        return "Done" if self.job.state is JobState.FAILED else str(self.job.state).capitalize()

    def _show_single(self) -> None:
        progress = self.progress
        target = progress.targets[0]
        key = key_of(target)
        room = self.app.size.width - STATE_WIDTH - SIDE_CELLS
        text = Text()
        for part, style in target_cells(progress, target, room):
            text.append(part, style=style)
        # A verdict says it in full, with its stages.
        if progress.details.get(key) and progress.states[key] != "verified" and key not in progress.verdicts:
            detail = Text(printable(progress.details[key], 300), style="italic")
            for line in detail.wrap(self.app.console, max(20, room)):
                text.append(f"\n{'':{STATE_WIDTH}}")
                text.append_text(line)
        self.query_one("#targets", Static).update(text)
        verdict: RenderableType = to_text(live_stage_spans(progress.stages.get(key, {})))
        if key in progress.verdicts:
            verdict = render_verdict(Verdict.from_json(progress.verdicts[key]))
        self.query_one("#verdict", Static).update(verdict)

    def on_resize(self) -> None:
        self._repaint()

    # Actions

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
        (current,) = self.services.credentials.current([target])
        self.services.open_detail(current)

    def do_jobs(self) -> None:
        self.services.show_jobs()

    def do_cancel(self) -> None:
        self.job.cancel()
