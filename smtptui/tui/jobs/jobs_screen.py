"""Jobs: everything that runs long or did, with its log, and the keys to pause, cancel and retry it."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.presentation.errors import counted
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.jobs.job_board import Job, JobBoard, JobState
from smtptui.tui.jobs.job_list import JobList, bar_of
from smtptui.tui.shell.lines import LinesScreen
from smtptui.tui.shell.page import PageScreen

LOG_LINES = 6
REPAINT_SECONDS = 0.1
"""Changes within this time are painted together."""


class JobsScreen(LinesScreen):
    PLACE = "jobs"
    BINDINGS = bindings_of("jobs")

    def __init__(self, board: JobBoard) -> None:
        super().__init__()
        self._board = board
        self._due = False

    @property
    def table(self) -> JobList:
        return self.query_one(JobList)

    @property
    def _job(self) -> Job | None:
        return self.table.at_cursor if self.composed else None

    def situation(self) -> Situation:
        job = self._job
        if job is None:
            return Situation()
        return Situation(
            shown=1,
            pause_refusal=job.pause_refusal,
            retry_refusal=job.retry_refusal,
            cancel_refusal=job.cancel_refusal,
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield JobList()
        yield Static("", id="job-log", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.table.empty_text = "Nothing has run yet."
        self._board.listen(self._changed)
        self.read()
        self.our_app.show_status()

    def on_unmount(self) -> None:
        self._board.unlisten(self._changed)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.composed:
            self.read()

    def _changed(self, job: Job) -> None:
        if not self._due and self.composed:
            self._due = True
            self.set_timer(REPAINT_SECONDS, self.read)

    def read(self) -> None:
        """The jobs as they are now, the newest first."""
        self._due = False
        if not self.composed or not self.is_attached:
            return
        jobs = list(reversed(list(self._board)))
        running = sum(job.running for job in jobs)
        title = f"Jobs · {counted(len(jobs), 'job')}, {running} under way, newest first"
        self.query_one("#title", Static).update(Text(title), layout=False)
        self.table.show(jobs)
        self._show_job()

    def on_line_list_moved(self) -> None:
        self._show_job()

    def _show_job(self) -> None:
        job = self._job
        text = Text(no_wrap=True, overflow="ellipsis")
        if job is not None:
            text.append(f"{job.title}\n", style="bold")
            text.append(f"{job.state}: {job.summary or bar_of(job)}\n")
            for at, line in list(job.log)[-LOG_LINES:]:
                text.append(f"{at:%H:%M:%S} {line}\n")
        self.query_one("#job-log", Static).update(text, layout=False)
        self.refresh_hints()

    # What is done

    def do_open(self) -> None:
        job = self._job
        assert job is not None
        if job.open is not None:
            job.open()
        else:
            self.do_log()

    def do_log(self) -> None:
        job = self._job
        assert job is not None
        self.app.push_screen(JobLogScreen(job))

    def do_pause(self) -> None:
        job = self._job
        assert job is not None
        if job.state is JobState.PAUSED:
            assert job.go_on is not None
            job.go_on()
        else:
            assert job.pause is not None
            job.pause()

    def do_retry(self) -> None:
        job = self._job
        assert job is not None and job.retry is not None
        job.retry()
        self.read()

    def do_cancel(self) -> None:
        job = self._job
        assert job is not None and job.cancel is not None
        job.cancel()

    def do_messages(self) -> None:
        self.our_app.show_messages()


class JobLogScreen(PageScreen):
    """Everything that a job has told so far."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._told = job
        self.HEADING = f"Log of job {job.number}: {job.title}"

    def text(self) -> Text:
        job = self._told
        ended = f", ended {job.ended:%H:%M:%S}" if job.ended else ""
        text = Text(f"{job.state}, {bar_of(job)}, begun {job.begun:%H:%M:%S}{ended}\n", style="bold")
        text.append(f"{job.summary}\n\n" if job.summary else "\n", style="not bold")
        for at, line in job.log:
            text.append(f"{at:%H:%M:%S} {line}\n", style="not bold")
        return text
