"""A run: every step with its outcome as it comes, the counts, and what can be done about the rest."""

from __future__ import annotations

from typing import Protocol

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.presentation.runs import login_spans
from smtptui.presentation.values import format_bar
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.jobs.job_board import Job
from smtptui.tui.runs.run_list import RunLine, RunList
from smtptui.tui.runs.run_progress import RunProgress
from smtptui.tui.shell.page import LinesScreen, StepScreen
from smtptui.tui.shell.span_text import to_text

REPAINT_SECONDS = 0.2
"""Steps that end within this time are painted together."""

BAR_WIDTH = 12


class RunActions(Protocol):
    """What the screens of runs can start, and why they cannot now. `running` is the last run of this session."""

    running: RunProgress | None

    def open_run(self, progress: RunProgress) -> None: ...
    def resume(self, progress: RunProgress) -> None: ...
    def undo(self, run: str) -> None: ...
    def resume_refusal(self, progress: RunProgress) -> str: ...
    def undo_refusal(self, progress: RunProgress) -> str: ...


class RunScreen(LinesScreen):
    """Stays open when the run has ended, so that its outcome can be read."""

    SCOPE = "run"
    BINDINGS = bindings_of("run")

    def __init__(self, progress: RunProgress, actions: RunActions) -> None:
        super().__init__()
        self.progress = progress
        self._run_actions = actions
        self._is_repaint_due = False
        self._line_counts = (0, 0)

    @property
    def table(self) -> RunList:
        return self.query_one(RunList)

    def action_context(self) -> ActionContext:
        progress, actions = self.progress, self._run_actions
        cancel = progress.job.cancel_refusal if progress.job is not None else "nothing is running"
        return ActionContext(
            shown=len(progress.steps),
            reasons={
                "cancel": cancel,
                "resume": actions.resume_refusal(progress),
                "undo": actions.undo_refusal(progress),
            },
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield Static("", id="counts", markup=False)
        yield RunList()
        yield Static("", id="pane", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.services.jobs.subscribe(self._schedule_repaint)
        self._repaint()
        self.services.show_status()

    def on_unmount(self) -> None:
        self.services.jobs.unsubscribe(self._schedule_repaint)

    def _schedule_repaint(self, job: Job) -> None:
        if job is self.progress.job and not self._is_repaint_due and self.is_attached:
            self._is_repaint_due = True
            self.set_timer(REPAINT_SECONDS if job.is_running else 0.01, self._repaint)

    def _repaint(self) -> None:
        self._is_repaint_due = False
        if not self.is_composed or not self.is_attached:
            return
        progress = self.progress
        if self._line_counts != (len(progress.logins), len(progress.steps)):
            self._show_lines()
        self.table.refresh()
        bar = format_bar(*progress.done_and_total, BAR_WIDTH)
        title = Text(f"{progress.state_word} {bar} · {progress.title}", no_wrap=True, overflow="ellipsis")
        self.query_one("#title", Static).update(title)
        run = f"run {printable(progress.id, 40)}" if progress.id else ""
        waits = progress.job.wait_text if progress.job is not None else ""
        counts = " · ".join(part for part in (progress.summary, run, waits) if part)
        self.query_one("#counts", Static).update(Text(f" {counts}"))
        self._show_current_line()
        self.refresh_hints()

    def _show_lines(self) -> None:
        """Show all lines: the logins first, then the steps."""
        progress = self.progress
        self._line_counts = (len(progress.logins), len(progress.steps))
        lines: list[RunLine] = []
        if progress.logins:
            lines.append(RunLine("The new password at each login, tried before anything is written"))
            lines += [RunLine(login=login) for login in progress.logins]
            lines.append(RunLine("Steps"))
        lines += [RunLine(step=step) for step in progress.steps.values()]
        self.table.show(lines)

    def _current_text(self) -> Text:
        line = self.table.current_line
        if line is None:
            return Text()
        if line.login is not None:
            return to_text(login_spans(line.login))
        assert line.step is not None
        return to_text(line.step.spans())

    @on(RunList.Moved)
    def _show_current_line(self) -> None:
        text = self._current_text()
        if self.progress.failure_lines:
            first, *rest = self.progress.failure_lines
            text = Text.assemble((f"✗ {first}\n", "bold"), "\n".join(rest))
        self.query_one("#pane", Static).update(text)

    # Actions

    def do_open(self) -> None:
        if self.table.current_line is not None:
            self.services.push(StepScreen(self._current_text()))

    def do_cancel(self) -> None:
        if self.progress.job is not None:
            self.progress.job.cancel()

    def do_resume(self) -> None:
        self._run_actions.resume(self.progress)

    def do_undo(self) -> None:
        self._run_actions.undo(self.progress.id)

    def do_messages(self) -> None:
        self.services.show_messages()
