"""Every run on record, newest first; Enter opens one with its steps."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.presentation.plans import format_plan_title
from smtptui.presentation.runs import STATE_ORDER
from smtptui.presentation.values import format_age_at, format_count, format_counts
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.credentials.columns import fit
from smtptui.tui.runs.run_progress import RunProgress
from smtptui.tui.runs.run_screen import RunScreen
from smtptui.tui.shell.page import LinesScreen
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
        title = format_plan_title(line.kind, line.source, line.target)
        title += " (undone)" if line.undone_by else ""
        unproved = line.verifications.get("failed", 0)
        style = STYLES.get(line.state, _UNPROVED if unproved else _PLAIN)
        told = f"{unproved} not verified · " if unproved else ""
        told += format_counts(line.counts, STATE_ORDER)
        return [
            (f" {fit(format_age_at(line.started, now) or '?', _AGE_ROOM)}", Style(dim=True)),
            (f" {fit(str(line.state), _STATE_ROOM)}", style),
            (f" {fit(title, name)} ", _PLAIN),
            (fit(told, max(1, room - name - 1)), _PLAIN),
        ]


class RunsScreen(LinesScreen):
    SCOPE = "runs"
    BINDINGS = bindings_of("runs")

    def __init__(self) -> None:
        super().__init__()
        self._selected_report: RunReport | None = None

    @property
    def table(self) -> RunsList:
        return self.query_one(RunsList)

    def action_context(self) -> ActionContext:
        from smtptui.tui.runs.migration_controller import MigrationController

        found = self._selected_report
        job = RunProgress.from_report(found) if found is not None else None
        return ActionContext(
            shown=int(found is not None),
            reasons={
                "resume": self.services.controller(MigrationController).resume_refusal(job)
                if job
                else "no run is selected",
                "undo": self.services.controller(MigrationController).undo_refusal(job)
                if job
                else "no run is selected",
            },
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield RunsList()
        yield Static("", id="row", classes="bar", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.reload()
        self.services.show_status()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.is_composed:
            self.reload()

    def reload(self) -> None:
        """What is on record now."""
        runs = self.services.uses.runs()
        self.table.empty_text = "No run is on record yet."
        self.table.show(runs)
        self.query_one("#title", Static).update(
            Text(f"Runs · {format_count(len(runs), 'run')}, newest first")
        )

    def on_line_list_moved(self) -> None:
        """Read the run under the cursor with its steps: what can be done with it depends on them."""
        line = self.table.current_line
        self._selected_report = self.services.uses.run_report(line.id) if line is not None else None
        text = ""
        if line is not None:
            parts = [f"run {line.id}", f"started {line.started}", f"plan {line.plan}"]
            parts.append(f"backup {line.backup}" if line.backup else "")
            text = fit("  ".join(part for part in parts if part), max(1, self.app.size.width)).rstrip()
        self.query_one("#row", Static).update(Text(text, no_wrap=True, overflow="ellipsis", style="dim"))
        self.refresh_hints()

    # What is done

    def _selected_run(self) -> RunProgress:
        from smtptui.tui.runs.run_controller import RunController

        assert self._selected_report is not None
        running = self.services.controller(RunController).progress
        return (
            running
            if running and running.id == self._selected_report.id
            else RunProgress.from_report(self._selected_report)
        )

    def do_open(self) -> None:
        self.services.push(RunScreen(self._selected_run()))

    def do_resume(self) -> None:
        from smtptui.tui.runs.run_controller import RunController

        job = self._selected_run()
        self.services.push(RunScreen(job))
        self.services.controller(RunController).resume(job)

    def do_undo(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        self.services.controller(MigrationController).plan_undo(self._selected_run().id)

    def do_messages(self) -> None:
        self.services.show_messages()
