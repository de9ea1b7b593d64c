"""Every run on record, newest first, each to be opened with its steps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

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
from smtptui.tui.runs.run_screen import RunActions
from smtptui.tui.shell.page import LinesScreen
from smtptui.tui.widgets.line_list import LineList
from smtptui.workspace.runs.events import RunReport, RunState

STYLES = {
    RunState.RUNNING: Style(bold=True),
    RunState.INTERRUPTED: Style(color="yellow"),
    RunState.INCOMPLETE: Style(color="yellow"),
}
_PLAIN = Style.null()
_NOT_VERIFIED = Style(color="yellow")
_AGE_WIDTH = 5
_STATE_WIDTH = 11


class RunsList(LineList[RunReport]):
    """A line for each run: its age, its state, what it was, how its steps ended."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def key_of(self, line: RunReport) -> Hashable | None:
        return line.id

    def cells_of(self, line: RunReport, width: int) -> Sequence[tuple[str, Style]]:
        room = max(1, width - _AGE_WIDTH - _STATE_WIDTH - 3)
        title_width = min(44, max(20, room * 3 // 5))
        title = format_plan_title(line.kind, line.source, line.target)
        title += " (undone)" if line.undone_by else ""
        failed = line.verifications.get("failed", 0)
        counts = (f"{failed} not verified · " if failed else "") + format_counts(line.counts, STATE_ORDER)
        return [
            (f" {fit(format_age_at(line.started, self._now()) or '?', _AGE_WIDTH)}", Style(dim=True)),
            (
                f" {fit(str(line.state), _STATE_WIDTH)}",
                STYLES.get(line.state, _NOT_VERIFIED if failed else _PLAIN),
            ),
            (f" {fit(title, title_width)} ", _PLAIN),
            (fit(counts, max(1, room - title_width - 1)), _PLAIN),
        ]


class RunsScreen(LinesScreen):
    SCOPE = "runs"
    BINDINGS = bindings_of("runs")

    def __init__(self, actions: RunActions) -> None:
        super().__init__()
        self._run_actions = actions
        self._selected: RunProgress | None = None

    @property
    def table(self) -> RunsList:
        return self.query_one(RunsList)

    def action_context(self) -> ActionContext:
        selected, actions = self._selected, self._run_actions
        if selected is None:
            return ActionContext(reasons=dict.fromkeys(("resume", "undo"), "no run is selected"))
        return ActionContext(
            shown=1,
            reasons={"resume": actions.resume_refusal(selected), "undo": actions.undo_refusal(selected)},
        )

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield RunsList(self.services.now)
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
        """Show what is on record now."""
        from smtptui.workspace.runs.history import list_runs

        runs = list_runs(self.services.workspace)
        self.table.empty_text = "No run is on record yet."
        self.table.show(runs)
        self.query_one("#title", Static).update(
            Text(f"Runs · {format_count(len(runs), 'run')}, newest first")
        )

    def on_line_list_moved(self) -> None:
        """Load the run under the cursor with its steps: what can be done with it depends on them."""
        line = self.table.current_line
        self._selected = None
        text = ""
        if line is not None:
            self._selected = self._load(line.id)
            parts = [f"run {line.id}", f"started {line.started}", f"plan {line.plan}"]
            parts.append(f"backup {line.backup}" if line.backup else "")
            text = fit("  ".join(part for part in parts if part), max(1, self.app.size.width)).rstrip()
        self.query_one("#row", Static).update(Text(text, no_wrap=True, overflow="ellipsis", style="dim"))
        self.refresh_hints()

    def _load(self, run: str) -> RunProgress:
        """Return the run that is under way under this id, else what is on record."""
        running = self._run_actions.running
        if running is not None and running.id == run:
            return running
        from smtptui.workspace.runs.history import load_report

        return RunProgress.from_report(load_report(self.services.workspace, run))

    # Actions

    def do_open(self) -> None:
        assert self._selected is not None
        self._run_actions.open_run(self._selected)

    def do_resume(self) -> None:
        assert self._selected is not None
        self._run_actions.open_run(self._selected)
        self._run_actions.resume(self._selected)

    def do_undo(self) -> None:
        assert self._selected is not None
        self._run_actions.undo(self._selected.id)

    def do_messages(self) -> None:
        self.services.show_messages()
