"""A plan to review: its steps, what would be lost, and what forbids it. Nothing is done without a typed yes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.model.errors import LimitExceededError, SmtptuiError
from smtptui.presentation.plans import format_plan_title, step_spans
from smtptui.presentation.values import format_count, format_counts, format_plan_value
from smtptui.sync.plan import ACTIONABLE, Plan, PlanKind
from smtptui.sync.plan_builder import NOTHING_TO_DO
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.runs.plan_choices import LostField, PlanChoices
from smtptui.tui.runs.step_list import PlanLine, StepList
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.page import LinesScreen, StepScreen
from smtptui.tui.shell.span_text import to_text
from smtptui.workspace.runs.safety import ApplyOptions

CHECK_DELAY_SECONDS = 0.1
"""Choices made within this time are checked together, so that keys are heard in between."""


class PlanScreen(LinesScreen):
    """Ends in the choices that are to be applied, or None. `replan` makes the plan again with a typed password."""

    SCOPE = "plan"
    BINDINGS = bindings_of("plan")

    def __init__(self, plan: Plan, *, replan: Callable[[], Awaitable[Plan | None]] | None) -> None:
        super().__init__()
        self.choices = PlanChoices(plan)
        self._replan = replan
        self._refusal: SmtptuiError | None = None
        self._is_check_due = False

    @property
    def table(self) -> StepList:
        return self.query_one(StepList)

    def action_context(self) -> ActionContext:
        line = self.table.current_line if self.is_composed else None
        is_over_limit = isinstance(self._refusal, LimitExceededError)
        return ActionContext(
            shown=len(self.choices.plan.steps),
            reasons={
                "start": self._start_refusal(),
                "toggle": self._toggle_refusal(line),
                "limit": "" if is_over_limit else "no limit is exceeded",
                "password": "" if self._password_steps else "no step waits for a password",
            },
        )

    @property
    def _password_steps(self) -> int:
        return self.choices.password_steps if self._replan is not None else 0

    def _toggle_refusal(self, line: PlanLine | None) -> str:
        if line is None:
            return "nothing is selected"
        if line.loss is not None or line.step is None:
            return ""
        return (
            "" if line.step.action in ACTIONABLE else f"nothing is done in a step that is {line.step.action}"
        )

    def _start_refusal(self) -> str:
        read_only = next(filter(self.services.workspace.is_read_only, self.choices.written_accounts), None)
        if read_only is not None:
            return f"{printable(read_only, 40)} is read-only"
        if self.services.jobs.is_active(JobKind.RUN):
            return "another run is under way"
        if self._refusal is not None:
            return printable(self._refusal.message.rstrip("."), 400)
        return "" if self.choices.selected_steps else "there is nothing to do"

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield Static("", id="counts", markup=False)
        yield StepList(self.choices)
        yield Static("", id="pane", markup=False)
        yield Static("", id="verdict-line", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.table.empty_text = "No credential matches: the plan has no step."
        self._refresh_choices()
        self._check_plan()
        self.services.show_status()

    # What is shown

    def _refresh_choices(self) -> None:
        """Show what was chosen, and soon whether it may be applied."""
        choices = self.choices
        plan = choices.plan
        title = format_plan_title(plan.kind, plan.source, plan.target, plan.undoes)
        self._update_line("#title", f"Plan · {title}")
        counts = format_counts(choices.count_steps()) or "none"
        incomplete = "" if plan.complete else " · NOT COMPLETE"
        line = f" {format_count(len(plan.steps), 'step')}: {counts}{incomplete}"
        self.query_one("#counts", Static).update(Text(line))
        self.table.show(self._lines())
        if not self._is_check_due:
            self._is_check_due = True
            self.set_timer(CHECK_DELAY_SECONDS, self._check_plan)

    def _check_plan(self) -> None:
        """Find out whether the plan may be applied as it was chosen. For a long plan that takes a moment."""
        if not self._is_check_due or not self.is_attached:
            return
        self._is_check_due = False
        from smtptui.workspace.plans.persist import exclude_steps
        from smtptui.workspace.runs.safety import refuse_unsafe

        workspace, choices = self.services.workspace, self.choices
        self._refusal = None
        try:
            plan = exclude_steps(workspace, choices.plan, frozenset(choices.skipped))
            refuse_unsafe(workspace, plan, build_apply_options(choices))
        except SmtptuiError as error:
            self._refusal = error
        self._show_verdict()
        self.refresh_hints()

    def disabled_reason(self, id: str) -> str:
        if id in ("start", "limit"):
            self._check_plan()
        return super().disabled_reason(id)

    def _update_line(self, id: str, text: str) -> None:
        self.query_one(id, Static).update(Text(text, no_wrap=True, overflow="ellipsis"))

    def _lines(self) -> list[PlanLine]:
        losses, key = self.choices.losses, self.services.keymap.key_of("plan", "toggle")
        lines: list[PlanLine] = []
        if losses:
            lines.append(PlanLine(f"Lost at the target: {key} accepts a field"))
            lines += [PlanLine(loss=loss) for loss in losses]
            lines.append(PlanLine(f"Steps: {key} skips one, or includes it again"))
        return lines + [PlanLine(step=step) for step in self.choices.plan.steps]

    def _show_verdict(self) -> None:
        """Say whether the plan can be started, and what to press."""
        key_of = self.services.keymap.key_of
        waiting = self._password_steps
        more = [f"{key_of('plan', 'password')} types a password for {format_count(waiting, 'step')} without one."] if waiting else []  # fmt: skip
        reasons = [printable(text, 200) for text in self.choices.plan.reasons if text != NOTHING_TO_DO]
        line = self.query_one("#verdict-line", Static)
        refusal = self._start_refusal()
        line.set_class(bool(refusal), "-refused")
        if not refusal:
            steps = format_count(len(self.choices.selected_steps), "step")
            ready = f"Ready: {steps} to do. {key_of('plan', 'start')} asks, then starts."
            line.update(Text(" ".join([ready, *more, *reasons])))
            return
        text = f"Cannot start: {refusal}."
        unaccepted = self.choices.unaccepted_losses
        if unaccepted and self._refusal is not None:
            text = f"Not accepted yet: {', '.join(printable(name, 40) for name in unaccepted)}."
        elif isinstance(self._refusal, LimitExceededError):
            text += f" {key_of('plan', 'limit')} agrees to that many."
        elif self._refusal is not None and self._refusal.hint:
            text += f" {printable(self._refusal.hint, 300)}"
        line.update(Text(" ".join([text, *more, *(reason for reason in reasons if reason not in text)])))

    def _line_text(self, line: PlanLine) -> Text:
        if line.loss is not None:
            return self._loss_text(line.loss)
        assert line.step is not None
        return to_text(step_spans(line.step))

    def _loss_text(self, loss: LostField) -> Text:
        is_accepted = loss.field in self.choices.accepted_losses
        key = self.services.keymap.key_of("plan", "toggle")
        state = "accepted" if is_accepted else f"not accepted: {key} accepts it"
        text = Text()
        text.append(f"{printable(loss.field, 60)} cannot be held by the target", style="bold")
        text.append(f"  {format_count(loss.steps, 'selected step')}; {state}\n")
        lines = [f"Instead: {printable(fallback, 400)}" for fallback in loss.fallbacks]
        lines += [
            f"  {printable(step.label, 60)}: {format_plan_value(item.value)}"
            for step in self.choices.plan.steps
            for item in step.losses
            if item.field == loss.field
        ]
        return text.append("\n".join(lines))

    @on(StepList.Moved)
    def _show_current_line(self) -> None:
        line = self.table.current_line
        self.query_one("#pane", Static).update(Text() if line is None else self._line_text(line))
        self.refresh_hints()

    # Actions

    def do_toggle(self) -> None:
        line = self.table.current_line
        assert line is not None
        if line.loss is not None:
            self.choices.toggle_loss(line.loss.field)
        elif line.step is not None:
            self.choices.toggle_step(line.step.n)
        self._refresh_choices()

    def do_toggle_all(self) -> None:
        self.choices.toggle_all()
        self._refresh_choices()

    def do_open(self) -> None:
        line = self.table.current_line
        if line is not None:
            self.services.push(StepScreen(self._line_text(line)))

    def do_start(self) -> None:
        self.services.launch(self._confirm_start(), group="plan")

    async def _confirm_start(self) -> None:
        if await self.services.push_wait(build_apply_question(self.choices)):
            self.dismiss(self.choices)

    def do_limit(self) -> None:
        self.services.launch(self._confirm_higher_limit(), group="plan")

    async def _confirm_higher_limit(self) -> None:
        number = self.choices.existing_changes
        assert self._refusal is not None
        question = ConfirmScreen(
            f"Change {format_count(number, 'existing record')} in one account?",
            [printable(self._refusal.message, 600), "Type the number to agree for this run."],
            yes="Agree",
            no="Keep the limit",
            word=str(number),
        )
        if await self.services.push_wait(question):
            self.choices.max_changes = number
            self._refresh_choices()

    def do_password(self) -> None:
        self.services.launch(self._plan_again(), group="plan")

    async def _plan_again(self) -> None:
        assert self._replan is not None
        plan = await self._replan()
        if plan is not None and self.is_attached:
            self.choices = self.table.choices = PlanChoices(plan)
            self._refresh_choices()

    def do_messages(self) -> None:
        self.services.show_messages()

    def do_back(self) -> None:
        self.services.launch(self._leave(), group="leave")

    async def _leave(self) -> None:
        question = ConfirmScreen("Leave the plan?", ["Your choices are discarded."], yes="Leave", no="Stay")
        if not self.choices.has_changes or await self.services.push_wait(question) is True:
            self.dismiss(None)


def build_apply_options(choices: PlanChoices) -> ApplyOptions:
    return ApplyOptions(
        accept_losses=frozenset(choices.accepted_losses),
        max_changes=choices.max_changes,
        consents=choices.consents,
    )


def build_apply_question(choices: PlanChoices) -> ConfirmScreen:
    """Return the question that names everything a yes agrees to."""
    plan = choices.selected_plan
    counts, actionable = choices.count_steps(), set(map(str, ACTIONABLE))
    to_do = {name: number for name, number in counts.items() if name in actionable}
    rest = {name: number for name, number in counts.items() if name not in actionable}
    accounts = ", ".join(printable(name, 60) for name in choices.accounts)
    lines = [f"To do at {accounts}: {format_counts(to_do)}."]
    if any(rest.values()):
        lines.append(f"Not touched: {format_counts(rest)}.")
    accepted = [printable(loss.field, 60) for loss in choices.losses if loss.steps]
    if accepted:
        lines.append(f"Lost, as accepted: {', '.join(accepted)}.")
    if plan.kind is PlanKind.MIGRATE:
        lines.append(f"{printable(plan.source or 'The source', 60)} is not touched.")
    if plan.kind is PlanKind.ROTATE:
        lines.append(
            "The new password is tried at each login first; nothing is written unless all accept it."
        )
    lines += [f"CANNOT BE UNDONE: {printable(sentence, 400)}" for sentence in choices.irreversible_warnings]
    title = format_plan_title(plan.kind, plan.source, plan.target, plan.undoes)
    steps = format_count(len(choices.selected_steps), "step")
    return ConfirmScreen(f"{title}: {steps}?", lines, yes="Start", no="Not yet", word="yes")
