"""Find the reference to a credential's password. Nothing is read or resolved here."""

from __future__ import annotations

from smtptui.model.capability import PASSWORD_FROM, ProviderOperation
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import UsageError
from smtptui.secrets.reference import Reference, Scheme, parse_reference
from smtptui.secrets.secret import Secret
from smtptui.sync.plan import PasswordSource, SecretOrigin
from smtptui.workspace.core.workspace import Workspace

PROMPT_LABEL = "password to store"
"""What a `prompt:` of --password-from asks for, once a run."""


class PasswordSourceResolver:
    """Finds the password source of a step: --password-from, `[passwords]`, the record, the source, in this order."""

    def __init__(self, ws: Workspace, given: str | None = None) -> None:
        """Raises UsageError where `given` is no reference, or holds the secret itself."""
        self._ws = ws
        self._given = parse_given_reference(given) if given is not None else None
        self._at_rest: dict[str, bool] = {}

    def source_for(self, record: Credential, stored: Credential | None = None) -> PasswordSource | None:
        """Return the source of a record's password; `stored` is the target's record that will get it."""
        if self._given is not None:
            return PasswordSource(SecretOrigin.GIVEN, self._given.text)
        return self._from_config(record, stored) or self._from_record(record) or self._from_provider(record)

    def named_source_for(self, record: Credential) -> PasswordSource | None:
        """Return a source that names the record's own former password: --password-from or `[passwords]`."""
        if self._given is not None:
            return PasswordSource(SecretOrigin.GIVEN, self._given.text)
        return self._from_config(record, None)

    def reference_for(self, record: Credential) -> str | None:
        """Return a reference that may be written to a file: none that holds the secret itself."""
        if self._given is not None:
            return self._given.text
        entry = self._find_entry(record, None)
        if entry is not None:
            return entry[1].text if entry[1].scheme is not Scheme.INLINE else None
        use = self._from_record(record)
        return use.reference if use else None

    def _from_config(self, record: Credential, stored: Credential | None) -> PasswordSource | None:
        entry = self._find_entry(record, stored)
        return PasswordSource(SecretOrigin.CONFIG, entry[1].text, entry[0]) if entry else None

    def _find_entry(self, record: Credential, stored: Credential | None) -> tuple[str, Reference] | None:
        keys = [record.address, f"{record.username}@{(record.host or '').lower()}"]
        if stored is not None:
            keys.append(stored.address)
        passwords = self._ws.config.passwords
        return next(((key, passwords[key]) for key in keys if key in passwords), None)

    def _from_record(self, record: Credential) -> PasswordSource | None:
        text = record.native.get(PASSWORD_FROM)
        if not isinstance(text, str) or not self._is_at_rest(record.account):
            return None
        return PasswordSource(SecretOrigin.RECORD, text)

    def _is_at_rest(self, account: str) -> bool:
        if account not in self._at_rest:
            self._at_rest[account] = self._ws.capabilities(account).at_rest
        return self._at_rest[account]

    def _from_provider(self, record: Credential) -> PasswordSource | None:
        readable = record.password is PasswordState.READABLE
        if not readable or not self._ws.capabilities(record.account).can(ProviderOperation.REVEAL):
            return None
        return PasswordSource(SecretOrigin.SOURCE, record.address)


def parse_given_reference(text: str) -> Reference:
    """Parse --password-from for a plan. Raises UsageError for a reference that holds the secret itself."""
    reference = parse_reference(text)
    if reference.scheme is Scheme.INLINE:
        raise UsageError(
            "A plan holds references to passwords, never a password: inline: is not allowed.",
            hint="Use env:NAME, file:PATH, cmd:COMMAND ARG…, keyring:SERVICE/USER or prompt:.",
        )
    return reference


def hold_typed_password(ws: Workspace, secret: Secret) -> str:
    """Keep a typed password in memory for the next run, and return the reference that a plan uses for it."""
    ws.secrets.hold_answer(PROMPT_LABEL, secret)
    return "prompt:"


def forget_typed_password(ws: Workspace) -> None:
    """Forget the password that was typed for a run."""
    ws.secrets.forget_answer(PROMPT_LABEL)
