"""Every run on record, newest first; Enter opens one with its steps."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.presentation.errors import ago, counted
from smtptui.tui.actions import Situation, bindings_of
from smtptui.tui.credentials.columns import fitted
from smtptui.tui.runs.plan_choices import counts_text, heading_of
from smtptui.tui.runs.run_job import ORDER, RunJob
from smtptui.tui.runs.run_screen import RunScreen
from smtptui.tui.shell.lines import LinesScreen
from smtptui.tui.widgets.line_list import LineList
from smtptui.workspace.runs.events import RunReport, RunState

STYLES = {
    RunState.RUNNING: Style(bold=True),
    RunState.INTERRUPTED: Style(color="yellow"),
    RunState.INCOMPLETE: Style(color="yellow"),
}
_PLAIN = Style.null()
_UNPROVED = Style(color="yellow")
_AGE_ROOM = 5
_STATE_ROOM = 11


class RunsList(LineList[RunReport]):
    """A line for each run: its age, its state, what it was, how its steps ended."""

    def key_of(self, line: RunReport) -> Hashable | None:
        return line.id

    def cells_of(self, line: RunReport, width: int) -> Sequence[tuple[str, Style]]:
        now = self.app.uses.now()  # type: ignore[attr-defined]
        room = max(1, width - _AGE_ROOM - _STATE_ROOM - 3)
        name = min(44, max(20, room * 3 // 5))
        title = heading_of(line.kind, line.source, line.target)
        title += " (undone)" if line.undone_by else ""
        unproved = line.verifications.get("failed", 0)
        style = STYLES.get(line.state, _UNPROVED if unproved else _PLAIN)
        told = f"{unproved} not verified · " if unproved else ""
        told += counts_text(line.counts, ORDER)
        return [
            (f" {fitted(ago(line.started, now) or '?', _AGE_ROOM)}", Style(dim=True)),
            (f" {fitted(str(line.state), _STATE_ROOM)}", style),
            (f" {fitted(title, name)} ", _PLAIN),
            (fitted(told, max(1, room - name - 1)), _PLAIN),
        ]


class RunsScreen(LinesScreen):
    PLACE = "runs"
    BINDINGS = bindings_of("runs")

    def __init__(self) -> None:
        super().__init__()
        self._opened: RunReport | None = None

    @property
    def table(self) -> RunsList:
        return self.query_one(RunsList)

    def situation(self) -> Situation:
        found = self._opened
        job = RunJob.of_report(found) if found is not None else None
        return Situation(
            shown=int(found is not None),
            resume_refusal=self.our_app.migrator.resume_refusal(job) if job else "no run is selected",
            undo_refusal=self.our_app.migrator.undo_refusal(job) if job else "no run is selected",
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield RunsList()
        yield Static("", id="row", classes="bar", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.read()
        self.our_app.show_status()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.composed:
            self.read()

    def read(self) -> None:
        """What is on record now."""
        runs = self.our_app.uses.runs()
        self.table.empty_text = "No run is on record yet."
        self.table.show(runs)
        self.query_one("#title", Static).update(Text(f"Runs · {counted(len(runs), 'run')}, newest first"))

    def on_line_list_moved(self) -> None:
        """Read the run under the cursor with its steps: what can be done with it depends on them."""
        line = self.table.at_cursor
        self._opened = self.our_app.uses.run_report(line.id) if line is not None else None
        text = ""
        if line is not None:
            parts = [f"run {line.id}", f"started {line.started}", f"plan {line.plan}"]
            parts.append(f"backup {line.backup}" if line.backup else "")
            text = fitted("  ".join(part for part in parts if part), max(1, self.app.size.width)).rstrip()
        self.query_one("#row", Static).update(Text(text, no_wrap=True, overflow="ellipsis", style="dim"))
        self.refresh_hints()

    # What is done

    def _job(self) -> RunJob:
        assert self._opened is not None
        running = self.our_app.runner.job
        return running if running and running.id == self._opened.id else RunJob.of_report(self._opened)

    def do_open(self) -> None:
        self.app.push_screen(RunScreen(self._job()))

    def do_resume(self) -> None:
        job = self._job()
        self.app.push_screen(RunScreen(job))
        self.our_app.runner.resume(job)

    def do_undo(self) -> None:
        self.our_app.migrator.undo(self._job().id)

    def do_messages(self) -> None:
        self.our_app.show_messages()
