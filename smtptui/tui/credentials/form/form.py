"""What a form's password, test and save need of the form that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.tui.credentials.form.form_values import FormValues
from smtptui.tui.credentials.form.password_row import FormPassword
from smtptui.tui.shell.services import Services


class CredentialForm(Protocol):
    """The form for one credential. `credential` is the stored record, None for a new one."""

    account: str
    credential: Credential | None
    values: FormValues
    password: FormPassword

    @property
    def services(self) -> Services: ...

    @property
    def is_composed(self) -> bool: ...

    @property
    def is_creating(self) -> bool: ...

    def refresh_hints(self) -> None: ...

    def show_problems(self) -> dict[str, str]:
        """Show what is wrong beside each field, and return it by field."""

    def show_result(self, lines: Sequence[str], *, error: bool = False) -> None:
        """Show the result of a test or a save below the fields."""

    def show_error(self, error: SmtptuiError, prefix: str = "") -> None:
        """Show an error below the fields, and beside its field."""

    def request_password(self, reason: str) -> None:
        """Open the password field, and say why."""

    def rebase(self, fresh: Credential) -> None:
        """Put what is typed on top of a newer version of the record."""

    def close_form(self) -> None: ...
