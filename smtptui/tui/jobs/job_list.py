"""The jobs, a line each: state, how far it came, what it is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.style import Style

from smtptui.tui.credentials.columns import fit
from smtptui.tui.jobs.job_board import Job, JobState
from smtptui.tui.widgets.line_list import LineList

_PLAIN = Style.null()
_GLYPHS = {
    JobState.RUNNING: ("…", Style(bold=True)),
    JobState.PAUSED: ("=", Style(color="yellow")),
    JobState.STOPPING: ("…", Style(color="yellow")),
    JobState.DONE: ("✓", Style(color="green")),
    JobState.FAILED: ("✗", Style(color="red")),
    JobState.CANCELLED: ("!", Style(color="yellow")),
}
BAR_WIDTH = 8


def format_progress_bar(job: Job) -> str:
    """`[####....] 5/10`: how far it came; dots where the total is not known."""
    filled = BAR_WIDTH if job.state is JobState.DONE and not job.total else 0
    if job.total:
        filled = BAR_WIDTH * min(job.done, job.total) // job.total
    told = f"{job.done}/{'?' if job.total is None else job.total}"
    return f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {told}"


class JobList(LineList[Job]):
    def key_of(self, line: Job) -> Hashable | None:
        return line.number

    def cells_of(self, line: Job, width: int) -> Sequence[tuple[str, Style]]:
        glyph, style = _GLYPHS[line.state]
        room = max(1, width - 30)
        return [
            (f"{glyph} {fit(str(line.state), 9)} ", style),
            (fit(format_progress_bar(line), 17) + " ", _PLAIN),
            (fit(line.title, room), _PLAIN),
        ]
