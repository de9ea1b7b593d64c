"""Delete credentials: the question that says what follows, then one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from smtptui.model.capability import Operation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.tui.columns import label_of
from smtptui.tui.notices import Level
from smtptui.tui.screens.confirm import ConfirmScreen
from smtptui.tui.usecases import UseCases
from smtptui.tui.wording import counted
from smtptui.workspace.events import ItemDeleted

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp

LISTED_TARGETS = 200


class Deleter:
    """Nothing is deleted without a yes, and nothing that a person does not see."""

    def __init__(self, app: SmtptuiApp) -> None:
        self._app = app

    def start(self, credentials: Sequence[Credential], *, hidden: int) -> None:
        """Ask, then delete. `hidden` marked ones that the filter hides are not touched, and that is said."""
        self._app.launch(self._delete(list(credentials), hidden), group="delete")

    async def _delete(self, credentials: list[Credential], hidden: int) -> None:
        app = self._app
        refused = {item.address: reason for item in credentials if (reason := why_not(app.uses, item))}
        targets = [item for item in credentials if item.address not in refused]
        if not targets:
            app.say([f"Nothing to delete: {next(iter(refused.values()))}."], Level.WARNING)
            return
        if not await app.push_screen_wait(question(app.uses, targets, refused, hidden)):
            return
        with app.leaving.writing():
            await self._run(targets)

    async def _run(self, targets: Sequence[Credential]) -> None:
        app, total = self._app, len(targets)
        done = failed = 0
        events = app.uses.delete(targets, stopped=lambda: app.leaving.stopping)
        async with aclosing(cast(Any, events)) as stream:
            async for event in stream:
                if isinstance(event, ItemDeleted):
                    done += 1
                    app.showing.gone((event.account, event.id))
                    note = f" {printable(event.note, 400)}" if event.note else ""
                    app.say([f"{printable(event.account)}/{printable(event.id)} is deleted.{note}"])
                else:
                    failed += 1
                    app.say_error(event.error)
                if total > 1:
                    app.say([f"Deleting {done + failed}/{total}…"], keep=False)
        if total > 1 or failed or not done:
            bad = total - done
            why = " (m tells why)" if failed else " because the program was told to stop" if bad else ""
            app.say([f"{done} deleted, {bad} not deleted{why}."], Level.WARNING if bad else Level.INFO)


def why_not(uses: UseCases, credential: Credential) -> str:
    """The reason why a credential cannot be deleted; empty when it can."""
    if uses.read_only(credential.account):
        return f"{printable(credential.account)} is read-only"
    capabilities = uses.capabilities(credential.account)
    if not capabilities.can(Operation.DELETE):
        return f"{capabilities.title} has no way to delete a credential"
    return "" if credential.editable else "the provider does not let it be changed"


def question(
    uses: UseCases, targets: Sequence[Credential], refused: dict[str, str], hidden: int
) -> ConfirmScreen:
    """Names every target, what follows, and what is not touched; for several a word is to be typed."""
    lines = [
        f"{printable(item.address, 60)}  {printable(label_of(item), 40)}  {printable(item.host or '', 60)}"
        for item in targets[:LISTED_TARGETS]
    ]
    if len(targets) > LISTED_TARGETS:
        lines.append(f"… and {len(targets) - LISTED_TARGETS} more")
    lines += ["", *(printable(text, 600) for text in uses.delete_consequences(targets))]
    if hidden:
        lines.append(f"{counted(hidden, 'marked credential')} hidden by the filter: not touched.")
    lines += [f"Not touched: {printable(name, 60)}, {reason}." for name, reason in refused.items()]
    title = f"Delete {counted(len(targets), 'credential')}?"
    word = "delete" if len(targets) > 1 else None
    return ConfirmScreen(title, lines, yes="Delete", no="Keep", word=word)
