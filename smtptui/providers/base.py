"""The contract of a provider: two mandatory methods, and nine that its capabilities may declare.

A provider package offers `SPEC`, a `ProviderSpec`: data that can be imported without the HTTP library. The adapter,
a subclass of `Provider`, is imported when an account of its kind is used. Constructors do no I/O.

Rules for every adapter, tested by `smtptui.testing.contract`:
- each call is tagged `read`, `test`, `write` or `auth`, so that a dry run cannot write;
- what the provider would refuse is refused before the call, with the same error kind;
- `list` never asks for a password; only `reveal` does, for one record;
- every failure is one of `smtptui.model.errors`, never an exception of the HTTP library.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, NoReturn

from smtptui.model.capability import Capabilities, Consent, ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.errors import UnsupportedError
from smtptui.model.identity import Identity
from smtptui.model.json_value import Json
from smtptui.model.memory import Memory
from smtptui.model.setting import Setting
from smtptui.model.verification import Opinion

if TYPE_CHECKING:
    from smtptui.model.change import Change, Draft
    from smtptui.net.session import HttpSession
    from smtptui.secrets.secret import Secret

NO_CONSENT: frozenset[Consent] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """Some credentials of a listing, in the provider's order, and the total where the provider reports it."""

    credentials: Sequence[Credential]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class ListingEnd:
    """The last item of a listing. `note` says why it is incomplete, or what else to know.

    `absent`: the listing is empty because its store does not exist yet, for example a file.
    """

    complete: bool
    note: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """An accepted login. `may` maps operations to True, False, or None (not known without trying)."""

    login: str
    may: Mapping[ProviderOperation, bool | None]
    detail: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "login": self.login,
            "may": {str(operation): allowed for operation, allowed in sorted(self.may.items())},
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account that an adapter works for.

    `settings` holds the declared settings: str, Secret for secret ones, a mapping for tables. `session()` returns
    the account's one HTTP session, opened on first use; `now` is the clock. The session refuses writes when
    `read_only` is set; an adapter that stores without a session must check it itself.
    """

    name: str
    settings: Mapping[str, str | Secret | Mapping[str, str]]
    memory: Memory
    session: Callable[[], HttpSession]
    now: Callable[[], datetime]
    concurrency: int
    read_only: bool = False

    def get_text(self, name: str, default: str = "") -> str:
        """Return a plain setting, or `default`."""
        value = self.settings.get(name, default)
        if not isinstance(value, str):
            raise TypeError(f"the setting {name} is not text")
        return value

    def get_secret(self, name: str) -> Secret | None:
        """Return a secret setting, or a login name given as plain text; None where it is missing."""
        value = self.settings.get(name)
        if isinstance(value, str):
            from smtptui.secrets.secret import Secret

            return Secret(value)
        return None if isinstance(value, Mapping) else value

    def get_table(self, name: str) -> Mapping[str, str]:
        """Return a table setting, empty where it is missing."""
        value = self.settings.get(name, {})
        return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """The provider's opinion of a stored record, and the record afterwards where it was read."""

    opinion: Opinion
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """A finished deletion; `note` says what remains."""

    note: str = ""


class Provider(ABC):
    """An adapter for one account. Its capabilities declare which of the optional methods it has."""

    capabilities: ClassVar[Capabilities]

    def __init__(self, account: Account) -> None:
        self.account = account

    @abstractmethod
    def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        """Yield pages as they arrive, no credential twice, then exactly one ListingEnd."""

    @abstractmethod
    async def check(self) -> Check:
        """Check the login and return what it may do. Raises LoginRefusedError."""

    async def get(self, id: str) -> Credential:
        """Return one record, with its version where the provider has one. Raises NotFoundError."""
        self._raise_unsupported(ProviderOperation.GET)

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        """Store a draft and return the stored record. `key` is the idempotency key, where the provider supports one.

        A record that is stored but fails verification is not an error; see its verification.
        """
        self._raise_unsupported(ProviderOperation.CREATE)

    def check_draft(self, draft: Draft) -> None:
        """Raise the error with which the provider would refuse a draft, without sending anything.

        Raises InvalidFieldError, ReservedValueError, UnsupportedError, SecretMissingError.
        """
        from smtptui.model.admission import admit_draft

        admit_draft(self.capabilities, draft)

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        """Send the changed fields only and return the stored record.

        `current` is the record that was edited. Raises ConflictError when it is outdated.
        """
        self._raise_unsupported(ProviderOperation.UPDATE)

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        """Delete a record. Raises NotFoundError, and ConflictError when `current` is outdated."""
        self._raise_unsupported(ProviderOperation.DELETE)

    async def reveal(self, id: str, *, login: Identity | None = None) -> Secret:
        """Return the stored password of one record. Raises NotFoundError, SecretMissingError when none is stored.

        With `login`, raises ConflictError when the record's host, port or username has changed: its password would
        be sent to a server that it does not belong to.
        """
        self._raise_unsupported(ProviderOperation.REVEAL)

    async def verify_draft(self, draft: Draft) -> Opinion:
        """Verify a draft without storing it."""
        self._raise_unsupported(ProviderOperation.VERIFY_DRAFT)

    async def verify_stored(
        self, current: Credential, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> VerificationResult:
        """Verify a stored record. Raises ConsentMissingError when that sends a mail without consent."""
        self._raise_unsupported(ProviderOperation.VERIFY_STORED)

    async def set_default(self, id: str) -> Credential:
        """Make this record the account's default; restore the former default on failure."""
        self._raise_unsupported(ProviderOperation.SET_DEFAULT)

    async def set_active(self, id: str, active: bool, *, key: str) -> Credential:
        """Activate or deactivate a record."""
        self._raise_unsupported(ProviderOperation.SET_ACTIVE)

    def list_unfinished(self) -> Sequence[str]:
        """Describe what an interrupted operation of this tool left half done. Reads local notes only."""
        return ()

    def _raise_unsupported(self, operation: ProviderOperation) -> NoReturn:
        raise UnsupportedError(
            f"{self.capabilities.title} does not support {operation}.",
            account=self.account.name,
            operation=operation,
            hint="Run `smtptui caps` to see what each provider supports.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """A provider, as named by an entry point of the group `smtptui.providers`.

    `adapter` is "package.module:Class", `base_url` the default URL, `requests_per_minute` the documented rate limit.
    """

    name: str
    title: str
    capabilities: Capabilities
    settings: tuple[Setting, ...]
    adapter: str
    base_url: str
    requests_per_minute: int | None = None
    notes: tuple[str, ...] = ()

    def load_adapter_class(self) -> Callable[[Account], Provider]:
        """Import the adapter's module and return its class."""
        module, _, name = self.adapter.partition(":")
        adapter: Callable[[Account], Provider] = getattr(import_module(module), name)
        return adapter

    def open(self, account: Account) -> Provider:
        """Create the adapter of an account. Imports its module, does no I/O."""
        return self.load_adapter_class()(account)
