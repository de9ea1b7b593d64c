"""A run: every step with its outcome as it comes, counts that add up, and what can be done about the rest."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.presentation.runs import login_text, state_text
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.runs.run_job import RunJob
from smtptui.tui.runs.run_list import RunLine, RunList
from smtptui.tui.shell.lines import LinesScreen
from smtptui.tui.shell.step import StepScreen

REPAINT_SECONDS = 0.2
"""Steps that end within this time are counted together."""

BAR = 12


class RunScreen(LinesScreen):
    """Stays open when the run has ended, so that its outcome can be read in peace."""

    PLACE = "run"
    BINDINGS = bindings_of("run")

    def __init__(self, job: RunJob) -> None:
        super().__init__()
        self.job = job
        self._due = False
        self._laid_out = (0, 0)

    @property
    def table(self) -> RunList:
        return self.query_one(RunList)

    def situation(self) -> Situation:
        job, migrator = self.job, self.our_app.migrator
        stopping = "it stops after the step that is under way"
        return Situation(
            busy=stopping if job.running and job.stopping else "",
            job_running=job.running,
            shown=len(job.steps),
            resume_refusal=migrator.resume_refusal(job),
            undo_refusal=migrator.undo_refusal(job),
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield Static("", id="counts", markup=False)
        yield RunList()
        yield Static("", id="pane", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        self.table.focus()
        self._paint()
        self.our_app.show_status()

    def refresh_job(self, changed: int | None = None) -> None:
        """The job went on; `changed` is the step that did."""
        if not self.composed or not self.is_attached:
            return
        if changed is not None:
            self.table.repaint(changed)
        if not self.job.running:
            self._paint()
        elif not self._due:
            self._due = True
            self.set_timer(REPAINT_SECONDS, self._paint)

    def _paint(self) -> None:
        self._due = False
        if not self.composed or not self.is_attached:
            return
        job = self.job
        if self._laid_out != (len(job.logins), len(job.steps)):
            self._lay_out()
        self.table.refresh()
        done, total = job.progress
        filled = BAR * done // max(1, total)
        bar = f"[{'#' * filled}{'.' * (BAR - filled)}] {done}/{total}"
        run = f" · run {printable(job.id, 40)}" if job.id else ""
        self._put("#title", f"{job.state_word} {bar} · {printable(job.heading, 80)}")
        waits = job.waiting_for(self.our_app.uses.now())
        told = f" · {printable(waits, 160)}" if waits else ""
        self.query_one("#counts", Static).update(Text(f" {job.summary}{run}{told}"))
        self._moved()
        self.refresh_hints()

    def _lay_out(self) -> None:
        """All lines anew: logins first, then the steps."""
        self._laid_out = (len(self.job.logins), len(self.job.steps))
        lines: list[RunLine] = []
        if self.job.logins:
            lines.append(RunLine("The new password at each login, tried before anything is written"))
            lines += [RunLine(login=login) for login in self.job.logins]
            lines.append(RunLine("Steps"))
        lines += [RunLine(step=step) for step in self.job.steps.values()]
        self.table.show(lines)

    def _put(self, id: str, text: str) -> None:
        self.query_one(id, Static).update(Text(text, no_wrap=True, overflow="ellipsis"))

    def _pane_text(self) -> Text:
        if self.job.refused:
            text = Text(f"✗ {self.job.refused[0]}\n", style="bold")
            return text.append(Text("\n".join(self.job.refused[1:])))
        line = self.table.at_cursor
        if line is None:
            return Text()
        return login_text(line.login) if line.login is not None else self._step_text(line)

    @staticmethod
    def _step_text(line: RunLine) -> Text:
        assert line.step is not None
        return state_text(line.step)

    @on(RunList.Moved)
    def _moved(self) -> None:
        self.query_one("#pane", Static).update(self._pane_text())

    # What is done

    def do_open(self) -> None:
        line = self.table.at_cursor
        if line is not None:
            text = login_text(line.login) if line.login is not None else self._step_text(line)
            self.app.push_screen(StepScreen(text))

    def do_cancel(self) -> None:
        self.our_app.runner.stop()

    def do_resume(self) -> None:
        self.our_app.runner.resume(self.job)

    def do_undo(self) -> None:
        self.our_app.migrator.undo(self.job.id)

    def do_messages(self) -> None:
        self.our_app.show_messages()
