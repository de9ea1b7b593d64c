"""A plan to look at and choose from: its steps, what would be lost, and what forbids it.

Nothing is done from here without a typed yes.
"""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.model.display import printable
from smtptui.model.errors import LimitExceededError, SmtptuiError
from smtptui.presentation.plans import format_plan_title, step_spans
from smtptui.presentation.values import format_count, format_counts, format_plan_value
from smtptui.sync.plan import ACTIONABLE, Plan, Step
from smtptui.sync.plan_builder import NOTHING_TO_DO
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.runs.plan_choices import LostField, PlanChoices
from smtptui.tui.runs.step_list import PlanLine, StepList
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.page import LinesScreen, StepScreen
from smtptui.tui.shell.span_text import to_text

CHECK_DELAY_SECONDS = 0.1
"""Choices made within this time are judged together, so that keys are heard in between."""


class PlanScreen(LinesScreen):
    SCOPE = "plan"
    BINDINGS = bindings_of("plan")

    def __init__(self, plan: Plan, *, can_ask_password: bool) -> None:
        super().__init__()
        self.choices = PlanChoices(plan)
        self._can_ask_password = can_ask_password
        self._refusal: SmtptuiError | None = None
        self._is_check_due = False

    @property
    def table(self) -> StepList:
        return self.query_one(StepList)

    def action_context(self) -> ActionContext:
        line = self.table.current_line if self.is_composed else None
        over = isinstance(self._refusal, LimitExceededError)
        needed = self.choices.password_steps and self._can_ask_password
        return ActionContext(
            shown=len(self.choices.plan.steps),
            reasons={
                "start": self._start_refusal(),
                "toggle": self._toggle_refusal(line),
                "limit": "" if over else "no limit is exceeded",
                "password": "" if needed else "no step waits for a password",
            },
        )

    def _toggle_refusal(self, line: PlanLine | None) -> str:
        if line is None:
            return "nothing is selected"
        if line.loss is not None or line.step is None:
            return ""
        return (
            "" if line.step.action in ACTIONABLE else f"nothing is done in a step that is {line.step.action}"
        )

    def _start_refusal(self) -> str:
        from smtptui.tui.runs.run_controller import RunController

        uses = self.services.uses
        closed = next((name for name in self.choices.written_accounts if uses.read_only(name)), None)
        if closed is not None:
            return f"{printable(closed, 40)} is read-only"
        if self.services.controller(RunController).is_running:
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
        self.table.empty_text = "Nothing fits: the plan has no step."
        self._refresh_choices()
        self._check_plan()
        self.services.show_status()

    # What is shown

    def _refresh_choices(self) -> None:
        """The choice is another: say what follows, and soon what the rules make of it."""
        choices = self.choices
        plan = choices.plan
        title = format_plan_title(plan.kind, plan.source, plan.target, plan.undoes)
        self._update_line("#title", f"Plan · {printable(title, 120)}")
        counts = format_counts(choices.count_steps())
        incomplete = "" if plan.complete else " · NOT COMPLETE"
        told = f" {format_count(len(plan.steps), 'step')}: {counts or 'none'}{incomplete}"
        self.query_one("#counts", Static).update(Text(told))
        self.table.show(self._lines())
        if not self._is_check_due:
            self._is_check_due = True
            self.set_timer(CHECK_DELAY_SECONDS, self._check_plan)

    def _check_plan(self) -> None:
        """Look whether the plan may be applied as it was chosen. Of a long plan that takes a moment."""
        from smtptui.tui.runs.migration_controller import MigrationController

        if self._is_check_due and self.is_attached:
            self._is_check_due = False
            self._refusal = self.services.controller(MigrationController).apply_refusal(self.choices)
            self._show_verdict()
            self.refresh_hints()

    def disabled_reason(self, id: str) -> str:
        if id in ("start", "limit"):
            self._check_plan()
        return super().disabled_reason(id)

    def _update_line(self, id: str, text: str) -> None:
        self.query_one(id, Static).update(Text(text, no_wrap=True, overflow="ellipsis"))

    def _lines(self) -> list[PlanLine]:
        losses = self.choices.losses
        lines: list[PlanLine] = []
        if losses:
            lines.append(PlanLine("Lost at the target: Space accepts a field"))
            lines += [PlanLine(loss=loss) for loss in losses]
            lines.append(PlanLine("Steps: Space takes one out, or in again"))
        return lines + [PlanLine(step=step) for step in self.choices.plan.steps]

    def _show_verdict(self) -> None:
        """What keeps it from being started, with the way on; else what s does."""
        waiting = self.choices.password_steps if self._can_ask_password else 0
        more = [f"p types a password for {format_count(waiting, 'step')} without one."] if waiting else []
        reasons = [printable(text, 200) for text in self.choices.plan.reasons if text != NOTHING_TO_DO]
        line = self.query_one("#verdict-line", Static)
        refused = self._start_refusal()
        line.set_class(bool(refused), "-refused")
        if not refused:
            ready = (
                f"Ready: {format_count(len(self.choices.selected_steps), 'step')} to do. s asks, then starts."
            )
            line.update(Text(" ".join([ready, *more, *reasons])))
            return
        text = f"Cannot start: {refused}."
        if self.choices.unaccepted_losses and self._refusal is not None:
            text = f"Not accepted yet: {', '.join(printable(name, 40) for name in self.choices.unaccepted_losses)}."
        elif isinstance(self._refusal, LimitExceededError):
            text += " x agrees to that many."
        elif self._refusal is not None and self._refusal.hint:
            text += f" {printable(self._refusal.hint, 300)}"
        line.update(Text(" ".join([text, *more, *(reason for reason in reasons if reason not in text)])))

    def _line_text(self, line: PlanLine | None) -> Text:
        if line is None:
            return Text()
        return (
            _loss_text(line.loss, self.choices)
            if line.loss is not None
            else to_text(step_spans(_require_step(line)))
        )

    @on(StepList.Moved)
    def _show_current_line(self) -> None:
        self.query_one("#pane", Static).update(self._line_text(self.table.current_line))
        self.refresh_hints()

    # What is done

    def do_toggle(self) -> None:
        line = self.table.current_line
        assert line is not None
        if line.loss is not None:
            self.choices.toggle_loss(line.loss.field)
        else:
            self.choices.toggle_step(_require_step(line).n)
        self._refresh_choices()

    def do_toggle_all(self) -> None:
        self.choices.toggle_all()
        self._refresh_choices()

    def do_open(self) -> None:
        if self.table.current_line is not None:
            self.services.push(StepScreen(self._line_text(self.table.current_line)))

    def do_start(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        self.services.controller(MigrationController).confirm_and_apply(self.choices)

    def do_limit(self) -> None:
        self.services.launch(self._confirm_higher_limit(), group="plan")

    async def _confirm_higher_limit(self) -> None:
        number = self.choices.existing_changes
        assert self._refusal is not None
        question = ConfirmScreen(
            f"Change {format_count(number, 'existing record')} in one account?",
            [printable(self._refusal.message, 600), "Type the number to agree for this run."],
            yes="Agree",
            no="Leave the limit",
            word=str(number),
        )
        if await self.services.push_wait(question):
            self.choices.max_changes = number
            self._refresh_choices()

    def do_password(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        self.services.controller(MigrationController).add_password()

    def do_messages(self) -> None:
        self.services.show_messages()

    def do_back(self) -> None:
        self.services.launch(self._leave(), group="leave")

    async def _leave(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController

        if self.choices.has_changes and not await self.services.push_wait(
            ConfirmScreen("Leave the plan?", ["What was chosen of it is lost."], yes="Leave", no="Stay")
        ):
            return
        self.services.controller(MigrationController).release_password()
        self.dismiss(None)


def _require_step(line: PlanLine) -> Step:
    assert line.step is not None
    return line.step


def _loss_text(loss: LostField, choices: PlanChoices) -> Text:
    accepted = loss.field in choices.accepted_losses
    state = "accepted" if accepted else "not accepted: Space accepts it"
    text = Text()
    text.append(f"{printable(loss.field, 60)} cannot be held by the target", style="bold")
    text.append(f"  {format_count(loss.steps, 'chosen step')}; {state}\n")
    for fallback in loss.fallbacks:
        text.append(f"Instead: {printable(fallback, 400)}\n")
    for step in choices.plan.steps:
        for item in step.losses:
            if item.field == loss.field:
                text.append(f"  {printable(step.label, 60)}: {format_plan_value(item.value)}\n")
    text.rstrip()
    return text
