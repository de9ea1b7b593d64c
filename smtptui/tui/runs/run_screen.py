"""A run: every step with its outcome as it comes, counts that add up, and what can be done about the rest."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.presentation.runs import login_spans
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.runs.run_list import RunLine, RunList
from smtptui.tui.runs.run_progress import RunProgress
from smtptui.tui.shell.page import LinesScreen, StepScreen
from smtptui.tui.shell.span_text import to_text

REPAINT_SECONDS = 0.2
"""Steps that end within this time are counted together."""

BAR_WIDTH = 12


class RunScreen(LinesScreen):
    """Stays open when the run has ended, so that its outcome can be read in peace."""

    SCOPE = "run"
    BINDINGS = bindings_of("run")

    def __init__(self, job: RunProgress) -> None:
        super().__init__()
        self.progress = job
        self._is_repaint_due = False
        self._laid_out_counts = (0, 0)

    @property
    def table(self) -> RunList:
        return self.query_one(RunList)

    def action_context(self) -> ActionContext:
        from smtptui.tui.runs.migration_controller import MigrationController

        job, migrator = self.progress, self.services.controller(MigrationController)
        stop = "" if job.is_running else "nothing is running"
        if job.is_running and job.is_stopping:
            stop = "it stops after the step that is under way"
        return ActionContext(
            shown=len(job.steps),
            reasons={
                "cancel": stop,
                "resume": migrator.resume_refusal(job),
                "undo": migrator.undo_refusal(job),
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
        self._paint()
        self.services.show_status()

    def refresh_progress(self, changed: int | None = None) -> None:
        """The job went on; `changed` is the step that did."""
        if not self.is_composed or not self.is_attached:
            return
        if changed is not None:
            self.table.repaint(changed)
        if not self.progress.is_running:
            self._paint()
        elif not self._is_repaint_due:
            self._is_repaint_due = True
            self.set_timer(REPAINT_SECONDS, self._paint)

    def _paint(self) -> None:
        self._is_repaint_due = False
        if not self.is_composed or not self.is_attached:
            return
        job = self.progress
        if self._laid_out_counts != (len(job.logins), len(job.steps)):
            self._lay_out()
        self.table.refresh()
        done, total = job.done_and_total
        filled = BAR_WIDTH * done // max(1, total)
        bar = f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done}/{total}"
        run = f" · run {printable(job.id, 40)}" if job.id else ""
        self._update_line("#title", f"{job.state_word} {bar} · {printable(job.title, 80)}")
        waits = job.format_waits(self.services.uses.now())
        told = f" · {printable(waits, 160)}" if waits else ""
        self.query_one("#counts", Static).update(Text(f" {job.summary}{run}{told}"))
        self._show_current_line()
        self.refresh_hints()

    def _lay_out(self) -> None:
        """All lines anew: logins first, then the steps."""
        self._laid_out_counts = (len(self.progress.logins), len(self.progress.steps))
        lines: list[RunLine] = []
        if self.progress.logins:
            lines.append(RunLine("The new password at each login, tried before anything is written"))
            lines += [RunLine(login=login) for login in self.progress.logins]
            lines.append(RunLine("Steps"))
        lines += [RunLine(step=step) for step in self.progress.steps.values()]
        self.table.show(lines)

    def _update_line(self, id: str, text: str) -> None:
        self.query_one(id, Static).update(Text(text, no_wrap=True, overflow="ellipsis"))

    def _pane_text(self) -> Text:
        if self.progress.failure_lines:
            text = Text(f"✗ {self.progress.failure_lines[0]}\n", style="bold")
            return text.append(Text("\n".join(self.progress.failure_lines[1:])))
        line = self.table.current_line
        if line is None:
            return Text()
        return to_text(login_spans(line.login)) if line.login is not None else self._step_text(line)

    @staticmethod
    def _step_text(line: RunLine) -> Text:
        assert line.step is not None
        return to_text(line.step.spans())

    @on(RunList.Moved)
    def _show_current_line(self) -> None:
        self.query_one("#pane", Static).update(self._pane_text())

    # What is done

    def do_open(self) -> None:
        line = self.table.current_line
        if line is not None:
            text = to_text(login_spans(line.login)) if line.login is not None else self._step_text(line)
            self.services.push(StepScreen(text))

    def do_cancel(self) -> None:
        from smtptui.tui.runs.run_controller import RunController

        self.services.controller(RunController).stop()

    def do_resume(self) -> None:
        from smtptui.tui.runs.run_controller import RunController

        self.services.controller(RunController).resume(self.progress)

    def do_undo(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        self.services.controller(MigrationController).plan_undo(self.progress.id)

    def do_messages(self) -> None:
        self.services.show_messages()
