"""All places and their actions in one table, in the order in which the help tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtptui.tui.actions.account_form import PLACE as ACCOUNT_FORM
from smtptui.tui.actions.accounts import PLACE as ACCOUNTS
from smtptui.tui.actions.action import Action
from smtptui.tui.actions.ask import PLACE as ASK
from smtptui.tui.actions.audit import PLACE as AUDIT
from smtptui.tui.actions.bulk_edit import PLACE as BULK_EDIT
from smtptui.tui.actions.copy import PLACE as COPY
from smtptui.tui.actions.detail import PLACE as DETAIL
from smtptui.tui.actions.dialog import PLACE as DIALOG
from smtptui.tui.actions.everywhere import PLACE as EVERYWHERE
from smtptui.tui.actions.filter import PLACE as FILTER
from smtptui.tui.actions.first_run import PLACE as FIRST_RUN
from smtptui.tui.actions.form import PLACE as FORM
from smtptui.tui.actions.jobs import PLACE as JOBS
from smtptui.tui.actions.jump import PLACE as JUMP
from smtptui.tui.actions.list import PLACE as LIST
from smtptui.tui.actions.messages import PLACE as MESSAGES
from smtptui.tui.actions.pages import PLACE as PAGES
from smtptui.tui.actions.pick import PLACE as PICK
from smtptui.tui.actions.plan import PLACE as PLAN
from smtptui.tui.actions.request import PLACE as REQUEST
from smtptui.tui.actions.run import PLACE as RUN
from smtptui.tui.actions.runs import PLACE as RUNS
from smtptui.tui.actions.stages import PLACE as STAGES
from smtptui.tui.actions.targets import PLACE as TARGETS
from smtptui.tui.actions.verify import PLACE as VERIFY

if TYPE_CHECKING:
    from textual.binding import BindingType

ORDER = (
    LIST,
    FILTER,
    DETAIL,
    FORM,
    BULK_EDIT,
    JUMP,
    STAGES,
    VERIFY,
    AUDIT,
    REQUEST,
    PLAN,
    RUN,
    RUNS,
    ACCOUNTS,
    ACCOUNT_FORM,
    FIRST_RUN,
    JOBS,
    MESSAGES,
    TARGETS,
    COPY,
    DIALOG,
    ASK,
    PICK,
    PAGES,
    EVERYWHERE,
)
PLACES = {place.id: place.title for place in ORDER}
ACTIONS: tuple[Action, ...] = tuple(action for place in ORDER for action in place.actions)
_BY_PLACE = {place.id: place.actions for place in ORDER}


def actions_of(place: str) -> tuple[Action, ...]:
    return _BY_PLACE.get(place, ())


def bindings_of(place: str) -> list[BindingType]:
    """Textual bindings that all lead to `action_perform`; by their ids a keymap replaces the keys."""
    from textual.binding import Binding

    return [
        Binding(
            ",".join(action.keys),
            f"perform('{action.id}')",
            action.label,
            show=False,
            id=f"{action.place}.{action.id}",
        )
        for action in actions_of(place)
    ]


def find(place: str, id: str) -> Action:
    return next(action for action in actions_of(place) if action.id == id)
