"""Test what is typed on a form, without storing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.worker import Worker

from smtptui.model.capability import ProviderOperation
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.model.verification import Status
from smtptui.presentation.opinions import STATUS_GLYPHS
from smtptui.secrets.secret import Secret

if TYPE_CHECKING:
    from smtptui.tui.credentials.form.form import CredentialForm


class FormTesting:
    def __init__(self, form: CredentialForm) -> None:
        self._form = form
        self._worker: Worker[None] | None = None
        self._shows_verdict = False

    @property
    def is_running(self) -> bool:
        return self._worker is not None

    def disabled_reason(self) -> str:
        """The reason why no test is possible now; empty when one is."""
        capabilities = self._form.services.workspace.capabilities(self._form.account)
        if not capabilities.can(ProviderOperation.VERIFY_DRAFT):
            if capabilities.can(ProviderOperation.VERIFY_STORED):
                return f"{capabilities.title} can only verify saved credentials: save it, then verify it with {{list.verify}}"
            return f"{capabilities.title} cannot verify credentials"
        return "a test is running; {form.back} stops it" if self.is_running else ""

    def start(self) -> None:
        self._worker = self._form.services.launch(self._test(), group="test")
        self._form.refresh_hints()

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._form.show_result(["The test was stopped."])

    def mark_outdated(self) -> None:
        """Say that the verdict shown is about other values than those typed now."""
        if self._shows_verdict:
            self._shows_verdict = False
            self._form.show_result(["Changed since the test."])

    async def _test(self) -> None:
        form = self._form
        try:
            if form.show_problems():
                form.show_result(["Not tested: see the marked fields."], error=True)
                return
            password = form.password.typed_secret
            if password is None and form.values.texts.get("auth") != "none":
                password = await self._stored_password()
                if password is None:
                    return
            form.show_result(["Testing…"])
            await self._verify(password)
        except SmtptuiError as error:
            form.show_error(error, "Test: ")
        finally:
            self._worker = None
            if form.is_composed:
                form.refresh_hints()

    async def _verify(self, password: Secret | None) -> None:
        from smtptui.workspace.credentials.form_input import parse_draft
        from smtptui.workspace.verification.verify import verify_draft

        form, workspace = self._form, self._form.services.workspace
        texts = {name: text for name, text in form.values.texts.items() if text}
        native, _ = form.values.parse_native(texts)
        draft = parse_draft(
            workspace.capabilities(form.account),
            form.values.drop_native(texts),
            native=native,
            password=password,
        )
        opinion = await verify_draft(workspace, form.account, draft)
        detail = f": {printable(opinion.detail, 400)}" if opinion.detail else ""
        form.show_result(
            [f"Test: {STATUS_GLYPHS[opinion.status]} {opinion.status}{detail}"],
            error=opinion.status is Status.FAILED,
        )
        self._shows_verdict = True

    async def _stored_password(self) -> Secret | None:
        """The stored password where nothing it belongs to changed; else the person is asked to type it."""
        from smtptui.workspace.credentials.show import can_find_password, load_password

        form, workspace = self._form, self._form.services.workspace
        reason = "A test needs the password: type it."
        if form.credential is not None and form.password.choice == "keep":
            if form.values.has_login_change():
                reason = "Host, port, security or user changed: type the password again for a test."
            elif can_find_password(workspace, form.credential):
                return await load_password(workspace, form.credential)
            else:
                reason = "The stored password cannot be read back: type it for a test."
        form.request_password(reason)
        return None
