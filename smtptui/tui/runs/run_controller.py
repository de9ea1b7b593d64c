"""Apply a plan in the background, resume a run or undo one: the progress, the result, and how to continue."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any

from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.sync.plan import Plan
from smtptui.tui.credentials.listing_controller import ListingController
from smtptui.tui.jobs.job_board import Job, JobKind
from smtptui.tui.jobs.operation_runner import run_operation
from smtptui.tui.runs.plan_choices import PlanChoices
from smtptui.tui.runs.plan_screen import build_apply_options
from smtptui.tui.runs.planning import make_plan, show_plan
from smtptui.tui.runs.run_progress import RunProgress
from smtptui.tui.runs.run_screen import RunScreen
from smtptui.tui.runs.runs_screen import RunsScreen
from smtptui.tui.shell.notices import Level, Notice
from smtptui.workspace.core.operation import Operation
from smtptui.workspace.runs.safety import ApplyOptions

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services
    from smtptui.workspace.runs.events import RunEvent


class RunController:
    """Runs one plan at a time. Implements the RunActions of the screens that show runs."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.running: RunProgress | None = None
        self._options: dict[str, ApplyOptions] = {}

    def open_runs(self) -> None:
        """Show every run on record."""
        self._services.push(RunsScreen(self))

    def show(self) -> None:
        """Open the last run of this session."""
        if self.running is not None:
            self.open_run(self.running)

    def open_run(self, progress: RunProgress) -> None:
        self._services.push(RunScreen(progress, self))

    def apply(self, choices: PlanChoices) -> None:
        """Apply what was chosen of a plan, and show the run."""
        from smtptui.workspace.plans.persist import exclude_steps
        from smtptui.workspace.runs.apply import apply

        workspace, options = self._services.workspace, build_apply_options(choices)
        plan = exclude_steps(workspace, choices.plan, frozenset(choices.skipped))
        progress = RunProgress.from_plan(plan)
        self._start(progress, options, lambda is_held: apply(workspace, plan, options, is_held=is_held))
        self.open_run(progress)

    def resume(self, progress: RunProgress) -> None:
        """Do what remains of a run, with the options it was started with in this session."""
        from smtptui.workspace.runs.apply import resume

        workspace, options = self._services.workspace, self._options.get(progress.id) or ApplyOptions()
        self._start(
            progress, options, lambda is_held: resume(workspace, progress.id, options, is_held=is_held)
        )

    def undo(self, run: str) -> None:
        """Plan to undo a run; the plan is shown and applied after a typed yes."""

        async def make(password_from: str | None) -> Plan:
            from smtptui.workspace.plans.undo import plan_undo

            return await plan_undo(self._services.workspace, run, password_from=password_from)

        async def plan_and_apply() -> None:
            plan = await make_plan(self._services, title, make)
            choices = await show_plan(self._services, title, plan, make) if plan is not None else None
            if choices is not None:
                self.apply(choices)

        title = f"Plan to undo run {printable(run, 40)}"
        self._services.launch(plan_and_apply(), group="plan")

    def resume_refusal(self, progress: RunProgress) -> str:
        """Return the reason why a run cannot be resumed now; empty when it can."""
        return self._write_refusal(progress) or progress.resume_refusal

    def undo_refusal(self, progress: RunProgress) -> str:
        """Return the reason why a run cannot be undone now; empty when it can."""
        return self._write_refusal(progress) or progress.undo_refusal

    def _write_refusal(self, progress: RunProgress) -> str:
        workspace = self._services.workspace
        if self._services.jobs.is_active(JobKind.RUN) and not progress.is_running:
            return "another run is under way"
        read_only = next(
            (
                name
                for name in progress.accounts
                if name in workspace.account_names and workspace.is_read_only(name)
            ),
            None,
        )
        return f"{printable(read_only, 40)} is read-only" if read_only is not None else ""

    def _start(
        self,
        progress: RunProgress,
        options: ApplyOptions,
        begin: Callable[[Callable[[], bool]], AsyncGenerator[Any, None]],
    ) -> None:
        job = self._services.jobs.add(progress.title, JobKind.RUN, Operation(begin))
        job.must_end = True
        job.no_pause_reason = (
            "a run is stopped ({jobs.cancel}) after the step in flight, and resumed ({jobs.retry})"
        )
        job.open = lambda: self.open_run(progress)
        job.retry = lambda: self._retry(job, progress)
        progress.start(job)
        self.running = progress
        self._services.launch(self._run(job, progress, options), group="run")

    def _retry(self, job: Job, progress: RunProgress) -> None:
        if refusal := self.resume_refusal(progress):
            self._services.notify([f"Cannot resume: {refusal}."], Level.WARNING)
        else:
            job.retry = None
            self.resume(progress)

    async def _run(self, job: Job, progress: RunProgress, options: ApplyOptions) -> None:
        from smtptui.workspace.plans.password_sources import forget_typed_password

        services = self._services
        failure: SmtptuiError | None = None

        def handle(event: RunEvent) -> None:
            changed = progress.handle_event(event)
            self._options[progress.id] = options
            if changed is not None:
                step = progress.steps[changed]
                job.log(f"{changed} {step.action} {step.name}: {step.state} {step.remark}".rstrip())

        def finish() -> None:
            progress.finish()
            job.has_failures = bool(progress.problem_steps)
            if progress.resume_refusal:
                job.retry = None

        try:
            await run_operation(
                services, job, handle, activity="Running", summarize=lambda: progress.summary, finish=finish
            )
        except SmtptuiError as error:
            failure = error
            progress.failure_lines = format_error(error)
        except Exception as error:
            progress.failure_lines = [f"Internal error ({type(error).__name__})."]
            raise
        finally:
            forget_typed_password(services.workspace)
            self._report_end(progress, failure)
            names = [name for name in progress.accounts if name in services.workspace.account_names]
            if progress.id and names and not services.is_stopping:
                services.controller(ListingController).read(names)

    def _report_end(self, progress: RunProgress, failure: SmtptuiError | None) -> None:
        services, problems = self._services, progress.problem_steps
        lines = [f"{progress.title}: {progress.state_word.lower()}, {progress.summary}."]
        if failure is not None:
            lines = [progress.failure_lines[0], *lines, *progress.failure_lines[1:]]
        lines += [f"{step.name}: {step.state}. {step.remark}".rstrip() for step in problems]
        level = Level.ERROR if failure is not None else Level.WARNING if problems else Level.INFO
        services.notify(lines, level)
        if progress.id and not progress.resume_refusal:
            # A notice of its own, so that it is among the last messages of a program that is told to stop.
            key = services.keymap.key_of("run", "resume")
            line = f"To finish it: smtptui apply --resume {progress.id}, or {key} on the run's screen."
            services.notices.add(Notice(services.now(), level, (line,)))
