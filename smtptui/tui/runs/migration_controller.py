"""From a wish to a run: migrate, rotate, undo. A plan is made and shown, agreed to with a typed yes, then applied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.presentation.plans import format_plan_title
from smtptui.presentation.values import format_count, format_counts
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import ACTIONABLE, Plan, PlanKind
from smtptui.tui.credentials.selection import SelectedCredentials
from smtptui.tui.jobs.targets_screen import TargetsQuestion, TargetsScreen
from smtptui.tui.runs.plan_choices import PlanChoices
from smtptui.tui.runs.plan_screen import PlanScreen
from smtptui.tui.runs.request_screen import RequestScreen
from smtptui.tui.runs.run_progress import RunProgress
from smtptui.tui.shell.ask import AskSecretScreen
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services
    from smtptui.workspace.runs.safety import ApplyOptions

MakePlan: TypeAlias = Callable[[str | None], Awaitable[Plan]]
"""Makes a plan, given where the password is that nobody else knows, or None."""

TYPED_NOTE = "It is kept in memory for this run only, and in no plan, journal or file."


class MigrationController:
    """One wish at a time. A typed password is forgotten when its run has ended or its plan is left."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._make_plan: MakePlan | None = None

    def open(self, picked: Sequence[Credential], source: str | None) -> None:
        """Choose what goes where; `picked` and `source` are filled in."""
        from smtptui.tui.runs.migrate_screen import MigrateScreen

        self._services.push(MigrateScreen(picked, source))

    def open_selected(self, selected: SelectedCredentials, otherwise: str | None) -> None:
        """Migrate what is marked and shown; where the filter hides some, ask first. Nothing marked: choose freely."""
        if selected.shown and selected.hidden:
            self._services.launch(self._confirm_and_open(selected), group="plan")
        else:
            self._open_for_one_account(selected.shown, otherwise)

    async def _confirm_and_open(self, marked: SelectedCredentials) -> None:
        chosen = await self._services.push_wait(TargetsScreen(marked, build_migrate_question, yes="Go on"))
        if isinstance(chosen, list):
            self._open_for_one_account(chosen, None)

    def _open_for_one_account(self, marked: Sequence[Credential], otherwise: str | None) -> None:
        source = marked[0].account if marked else otherwise
        picked = [item for item in marked if item.account == source]
        if len(picked) < len(marked):
            rest = format_count(len(marked) - len(picked), "marked credential")
            told = f"{rest} of other accounts: not among these. A migration has one source."
            self._services.notify([told], Level.WARNING)
        self.open(picked, source)

    def rotate_selected(self, selected: SelectedCredentials) -> None:
        """Rotate what is marked and shown; where the filter hides some, ask first."""
        if selected.hidden:
            self._services.launch(self._confirm_and_rotate(selected), group="plan")
        else:
            self.open_rotate(selected.shown)

    async def _confirm_and_rotate(self, marked: SelectedCredentials) -> None:
        chosen = await self._services.push_wait(TargetsScreen(marked, build_rotate_question, yes="Go on"))
        if isinstance(chosen, list):
            self.open_rotate(chosen)

    def open_rotate(self, credentials: Sequence[Credential]) -> None:
        """Say what the new password of these is."""
        from smtptui.tui.runs.rotate_screen import RotateScreen

        self._services.push(RotateScreen(credentials))

    def open_runs(self) -> None:
        from smtptui.tui.runs.runs_screen import RunsScreen

        self._services.push(RunsScreen())

    def plan_undo(self, run: str) -> None:
        """Plan to take a run back."""

        async def make(password_from: str | None) -> Plan:
            return await self._services.uses.plan_undo(run, password_from=password_from)

        self._services.notify(["Looking at what the run left…"], keep=False)
        self._services.launch(self.show_plan(make), group="plan")

    async def show_plan(self, make_plan: MakePlan) -> None:
        """Make a plan and show it; more passwords can be given there. Raises SmtptuiError."""
        plan = await make_plan(None)
        self._make_plan = make_plan
        self._services.notify([_format_plan_made(plan)])
        self._services.push(PlanScreen(plan, can_ask_password=plan.kind is not PlanKind.ROTATE))

    def add_password(self) -> None:
        """Ask for the password that steps wait for, and plan again with it."""
        self._services.launch(self._add_password(), group="plan")

    async def _add_password(self) -> None:
        make = self._make_plan
        assert make is not None
        reference = await self.prompt_password("The password for the steps that wait for one")
        if reference is None:
            return
        plan = await make(reference)
        if isinstance(self._services.screen, PlanScreen):
            await self._services.pop()
        self._services.push(PlanScreen(plan, can_ask_password=True))

    async def prompt_password(self, question: str) -> str | None:
        """The reference to a password that is typed now, None when nobody does."""
        answer = await self._services.push_wait(AskSecretScreen(question, note=TYPED_NOTE))
        return self._services.uses.hold_password(answer) if isinstance(answer, Secret) else None

    def release_password(self) -> None:
        self._services.uses.drop_password()

    # What forbids it

    def apply_refusal(self, choices: PlanChoices) -> SmtptuiError | None:
        """Why the plan may not be applied as it was chosen."""
        try:
            self._services.uses.refuse_unsafe(self._record_selected_plan(choices), _build_options(choices))
        except SmtptuiError as error:
            return error
        return None

    def _record_selected_plan(self, choices: PlanChoices) -> Plan:
        """The plan as it was chosen, on record so that it is known as made here."""
        return self._services.uses.leave_out(choices.plan, frozenset(choices.skipped))

    def resume_refusal(self, job: RunProgress) -> str:
        """The reason why a run cannot be taken up again now; empty when it can."""
        return self._write_refusal(job) or job.resume_refusal

    def undo_refusal(self, job: RunProgress) -> str:
        """The reason why a run cannot be taken back now; empty when it can."""
        return self._write_refusal(job) or job.undo_refusal

    def _write_refusal(self, job: RunProgress) -> str:
        from smtptui.tui.runs.run_controller import RunController

        if self._services.controller(RunController).is_running and not job.is_running:
            return "another run is under way"
        known = self._services.uses.account_names
        closed = next(
            (name for name in job.accounts if name in known and self._services.uses.read_only(name)), None
        )
        return f"{printable(closed, 40)} is read-only" if closed is not None else ""

    # The start

    def confirm_and_apply(self, choices: PlanChoices) -> None:
        """Ask for a typed yes, then apply."""
        self._services.launch(self._confirm_and_apply(choices), group="plan")

    async def _confirm_and_apply(self, choices: PlanChoices) -> None:
        from smtptui.tui.runs.run_controller import RunController

        if not await self._services.push_wait(build_apply_question(choices)):
            return
        options, plan = _build_options(choices), self._record_selected_plan(choices)
        # What led here has had its effect; behind the run is what a person came from.
        while isinstance(self._services.screen, (PlanScreen, RequestScreen)):
            await self._services.pop()
        self._services.controller(RunController).apply(plan, options)


def build_migrate_question(targets: Sequence[Credential]) -> TargetsQuestion:
    return TargetsQuestion(f"Migrate {format_count(len(targets), 'credential')}?", targets)


def build_rotate_question(targets: Sequence[Credential]) -> TargetsQuestion:
    return TargetsQuestion(f"Rotate the password of {format_count(len(targets), 'credential')}?", targets)


def _build_options(choices: PlanChoices) -> ApplyOptions:
    from smtptui.workspace.runs.safety import ApplyOptions

    return ApplyOptions(
        accept_losses=frozenset(choices.accepted_losses),
        max_changes=choices.max_changes,
        consents=choices.consents,
    )


def _format_plan_made(plan: Plan) -> str:
    return f"The plan is made, nothing is done yet: {format_counts(plan.count_actions()) or 'no step'}."


def build_apply_question(choices: PlanChoices) -> ConfirmScreen:
    """Everything that a yes agrees to."""
    plan = choices.selected_plan
    counts, tried = choices.count_steps(), set(map(str, ACTIONABLE))
    doing = {word: number for word, number in counts.items() if word in tried}
    resting = {word: number for word, number in counts.items() if word not in tried}
    accounts = ", ".join(printable(name, 60) for name in choices.accounts)
    lines = [f"To do at {accounts}: {format_counts(doing)}."]
    if any(resting.values()):
        lines.append(f"Left alone: {format_counts(resting)}.")
    accepted = [loss.field for loss in choices.losses if loss.steps]
    if accepted:
        lines.append(f"Lost, as accepted: {', '.join(printable(name, 60) for name in accepted)}.")
    if plan.kind is PlanKind.MIGRATE:
        lines.append(f"{printable(plan.source or 'The source', 60)} is not touched.")
    if plan.kind is PlanKind.ROTATE:
        lines.append(
            "The new password is tried at each login first; nothing is written unless all accept it."
        )
    lines += [
        f"CANNOT BE TAKEN BACK: {printable(sentence, 400)}" for sentence in choices.irreversible_warnings
    ]
    title = f"{printable(format_plan_title(plan.kind, plan.source, plan.target), 100)}: {format_count(len(choices.selected_steps), 'step')}?"
    return ConfirmScreen(title, lines, yes="Start", no="Not yet", word="yes")
