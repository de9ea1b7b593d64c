"""Saves what is typed on a form: asks first where needed, sends it, and resolves conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtptui.model.capability import Consent
from smtptui.model.display import printable
from smtptui.model.errors import ConflictError, ConsentMissingError, SmtptuiError
from smtptui.presentation.errors import format_error
from smtptui.tui.credentials.form.form_values import format_conflict
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.shell.notices import Level

if TYPE_CHECKING:
    from smtptui.model.change import Draft
    from smtptui.tui.credentials.form.form import CredentialForm
    from smtptui.tui.shell.services import Services
    from smtptui.workspace.credentials.events import Stored

REPLACE_HINT = (
    "On this screen: {form.back} leaves the form, then {list.create} writes the whole record again."
)


class FormSaving:
    def __init__(self, form: CredentialForm) -> None:
        self._form = form
        self.is_running = False

    def start(self) -> None:
        self.is_running = True
        self._form.refresh_hints()
        self._form.services.launch(self._save(), group="save")

    async def _save(self) -> None:
        form = self._form
        try:
            if form.show_problems():
                form.show_result(["Not saved: see the marked fields."], error=True)
            elif await (self._create() if form.is_creating else self._edit()):
                form.close_form()
        except ConflictError as error:
            await self._resolve_conflict(error)
        except SmtptuiError as error:
            form.show_error(error)
        finally:
            self.is_running = False
            if form.is_composed:
                form.refresh_hints()

    async def _create(self) -> bool:
        from smtptui.workspace.credentials.form_input import parse_draft

        form, workspace = self._form, self._form.services.workspace
        texts = {name: text for name, text in form.values.texts.items() if text}
        native, _ = form.values.parse_native(texts)
        draft = parse_draft(
            workspace.capabilities(form.account),
            form.values.drop_native(texts),
            native=native,
            password=form.password.typed_secret,
        )
        form.show_result(["Saving…"])
        try:
            await self._store_draft(draft, frozenset())
        except ConsentMissingError as error:
            question = ConfirmScreen(
                "This cannot be undone", format_error(error)[:1], yes="Write over it", word="yes"
            )
            if not await form.services.push_wait(question):
                form.show_result(["Not saved."])
                return False
            await self._store_draft(draft, frozenset({Consent.OVERWRITE_UNKNOWN}))
        return True

    async def _store_draft(self, draft: Draft, consents: frozenset[Consent]) -> None:
        from smtptui.workspace.credentials.create import create

        services = self._form.services
        with services.write_in_progress():
            stored = await create(services.workspace, self._form.account, draft, consents=consents)
            show_stored(services, stored, created=True, others_change=draft.get("default") is True)

    async def _edit(self) -> bool:
        from smtptui.workspace.credentials.edit import collect_edit_warnings, edit
        from smtptui.workspace.credentials.form_input import parse_change

        form, services = self._form, self._form.services
        assert form.credential is not None
        texts = form.values.collect_changes()
        native, _ = form.values.parse_native(texts)
        change = parse_change(
            services.workspace.capabilities(form.account),
            form.values.drop_native(texts),
            native=native,
            password=form.password.change,
        )
        if change.is_empty:
            form.show_result(["Nothing was changed, so there is nothing to save."])
            return False
        warnings = collect_edit_warnings(services.workspace, form.credential, change)
        if warnings and not await services.push_wait(
            ConfirmScreen("Before this is saved", list(warnings), yes="Save", no="Back to the form")
        ):
            form.show_result(["Not saved."])
            return False
        form.show_result(["Saving…"])
        try:
            with services.write_in_progress():
                stored = await edit(services.workspace, form.credential, change)
                show_stored(services, stored, created=False, others_change="default" in change.values)
        except ConsentMissingError as error:
            form.show_error(error)
            form.show_result([*format_error(error), REPLACE_HINT], error=True)
            return False
        return True

    async def _resolve_conflict(self, error: ConflictError) -> None:
        """Show both versions; what was typed is put on top of the present one only when that is wanted."""
        from smtptui.workspace.credentials.show import show

        form, services = self._form, self._form.services
        form.show_result(format_error(error), error=True)
        services.notify_error(error)
        if form.credential is None:
            return
        lines = [*format_error(error)[:2], "", *(printable(text) for text in format_conflict(error.details))]
        on_top = await services.push_wait(
            ConfirmScreen(
                "Changed by somebody else meanwhile",
                lines,
                yes="Put my change on top of it",
                no="Back to the form",
            )
        )
        if not on_top:
            return
        try:
            fresh = await show(services.workspace, (form.credential.account, form.credential.id))
        except SmtptuiError as problem:
            form.show_error(problem)
            return
        services.credentials.update(fresh)
        form.rebase(fresh)
        form.show_result(["Your change now stands on the present version. Look at it, then save."])


def show_stored(services: Services, stored: Stored, *, created: bool, others_change: bool) -> None:
    """Update the list and report what was stored. With `others_change` the account is read again."""
    from smtptui.tui.credentials.listing_controller import ListingController

    credential = stored.credential
    services.credentials.update(credential)
    told = f"{printable(credential.address)} is {'stored' if created else 'saved'}."
    warnings = [printable(text, 400) for text in stored.warnings]
    if warnings:
        services.notify([f"{told} {warnings[0]}", *warnings[1:]], Level.WARNING)
    else:
        services.notify([told])
    if others_change or services.workspace.capabilities(credential.account).single_record:
        services.controller(ListingController).read([credential.account])
