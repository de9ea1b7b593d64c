"""The jobs of the session: each with its progress and its log, and the keys to pause, cancel and retry it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.presentation.values import format_bar, format_count
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.columns import fit
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.tui.shell.page import LinesScreen, PageScreen
from smtptui.tui.widgets.line_list import LineList

LOG_LINES = 6
BAR_WIDTH = 8
REPAINT_SECONDS = 0.1
"""Changes within this time are painted together."""

_GLYPHS = {
    JobState.RUNNING: ("…", Style(bold=True)),
    JobState.PAUSED: ("=", Style(color="yellow")),
    JobState.STOPPING: ("…", Style(color="yellow")),
    JobState.DONE: ("✓", Style(color="green")),
    JobState.FAILED: ("✗", Style(color="red")),
    JobState.CANCELLED: ("!", Style(color="yellow")),
}


def format_job_bar(job: Job) -> str:
    """Return `[####....] 5/10`; full at once where a job is done that had nothing to count."""
    return format_bar(job.done, job.total, BAR_WIDTH, is_complete=job.state is JobState.DONE)


class JobList(LineList[Job]):
    """A line for each job: its state, how far it came, what it is."""

    def key_of(self, line: Job) -> Hashable | None:
        return line.number

    def cells_of(self, line: Job, width: int) -> Sequence[tuple[str, Style]]:
        glyph, style = _GLYPHS[line.state]
        return [
            (f"{glyph} {fit(str(line.state), 9)} ", style),
            (fit(format_job_bar(line), 17) + " ", Style.null()),
            (fit(line.title, max(1, width - 30)), Style.null()),
        ]


class JobsScreen(LinesScreen):
    SCOPE = "jobs"
    BINDINGS = bindings_of("jobs")

    def __init__(self) -> None:
        super().__init__()
        self._is_repaint_due = False

    @property
    def table(self) -> JobList:
        return self.query_one(JobList)

    @property
    def _selected_job(self) -> Job | None:
        return self.table.current_line if self.is_composed else None

    def action_context(self) -> ActionContext:
        job = self._selected_job
        if job is None:
            return ActionContext()
        return ActionContext(
            shown=1,
            reasons={"pause": job.pause_refusal, "retry": job.retry_refusal, "cancel": job.cancel_refusal},
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield JobList()
        yield Static("", id="job-log", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.table.empty_text = "Nothing has run yet."
        self.services.jobs.subscribe(self._schedule_reload)
        self.reload()
        self.services.show_status()

    def on_unmount(self) -> None:
        self.services.jobs.unsubscribe(self._schedule_reload)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.is_composed:
            self.reload()

    def _schedule_reload(self, job: Job) -> None:
        if not self._is_repaint_due and self.is_composed:
            self._is_repaint_due = True
            self.set_timer(REPAINT_SECONDS, self.reload)

    def reload(self) -> None:
        """Show the jobs as they are now, the newest first."""
        self._is_repaint_due = False
        if not self.is_composed or not self.is_attached:
            return
        jobs = list(reversed(list(self.services.jobs)))
        running = sum(job.is_running for job in jobs)
        title = f"Jobs · {format_count(len(jobs), 'job')}, {running} running, newest first"
        self.query_one("#title", Static).update(Text(title), layout=False)
        self.table.show(jobs)
        self._show_job()

    def on_line_list_moved(self) -> None:
        self._show_job()

    def _show_job(self) -> None:
        job = self._selected_job
        text = Text(no_wrap=True, overflow="ellipsis")
        if job is not None:
            text.append(f"{job.title}\n", style="bold")
            state = " · ".join(part for part in (job.summary or format_job_bar(job), job.wait_text) if part)
            text.append(f"{job.state}: {state}\n")
            for at, line in list(job.log_lines)[-LOG_LINES:]:
                text.append(f"{at:%H:%M:%S} {line}\n")
        self.query_one("#job-log", Static).update(text, layout=False)
        self.refresh_hints()

    # Actions

    def do_open(self) -> None:
        job = self._selected_job
        assert job is not None
        if job.open is not None:
            job.open()
        else:
            self.do_log()

    def do_log(self) -> None:
        job = self._selected_job
        assert job is not None
        self.services.push(JobLogScreen(job))

    def do_pause(self) -> None:
        job = self._selected_job
        assert job is not None
        if job.state is JobState.PAUSED:
            job.resume()
        else:
            job.pause()

    def do_retry(self) -> None:
        job = self._selected_job
        assert job is not None and job.retry is not None
        job.retry()
        self.reload()

    def do_cancel(self) -> None:
        job = self._selected_job
        assert job is not None
        job.cancel()

    def do_messages(self) -> None:
        self.services.show_messages()


class JobLogScreen(PageScreen):
    """The whole log of a job."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job
        self.HEADING = f"Log of job {job.number}: {job.title}"

    def text(self) -> Text:
        job = self._job
        ended = f", ended {job.ended:%H:%M:%S}" if job.ended else ""
        heading = f"{job.state}, {format_job_bar(job)}, started {job.started:%H:%M:%S}{ended}\n"
        text = Text(heading, style="bold")
        text.append(f"{job.summary}\n\n" if job.summary else "\n", style="not bold")
        for at, line in job.log_lines:
            text.append(f"{at:%H:%M:%S} {line}\n", style="not bold")
        return text
