"""The contract of a provider: two mandatory methods, and nine that its capabilities may declare.

A provider package offers `SPEC`, a `ProviderSpec`: data only, importable without the HTTP library. Its adapter,
a subclass of `Provider`, is imported when an account of its kind is used. Constructors do no I/O.

Rules every adapter keeps, proved by `smtptui.testing.contract`:
- a call is tagged `read`, `test`, `write` or `auth`, so that a dry run cannot write;
- what the provider would refuse is refused before the call, with the same error kind;
- `list` never asks for a password; only `reveal` does, for one record;
- a failure is raised as one of `smtptui.model.errors`, never as an exception of the HTTP library.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NoReturn

from smtptui.model.capability import Capabilities, Operation
from smtptui.model.consent import Consent
from smtptui.model.credential import Credential
from smtptui.model.errors import UnsupportedError
from smtptui.model.identity import Identity
from smtptui.model.json_value import Json
from smtptui.model.memory import Memory, MemoryNote
from smtptui.model.verification import Opinion
from smtptui.providers.spec import ProviderSpec

if TYPE_CHECKING:
    from smtptui.model.change import Change, Draft
    from smtptui.net.session import HttpSession
    from smtptui.secrets.secret import Secret

__all__ = [
    "NO_CONSENT",
    "Account",
    "Check",
    "Deletion",
    "ListingEnd",
    "Memory",
    "MemoryNote",
    "Page",
    "Provider",
    "ProviderSpec",
    "VerificationResult",
]

NO_CONSENT: frozenset[Consent] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """Some credentials of a listing, in the provider's order. `total` is how many there are, when it said so."""

    credentials: Sequence[Credential]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class ListingEnd:
    """The last thing a listing yields. An incomplete listing says why, and is never taken as the whole.

    `absent`: it is empty because what would hold the records is not there yet, as a file that nobody wrote.
    """

    complete: bool
    note: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """What the account's login may do. `may` maps operations to True, False or None (not known without trying)."""

    login: str
    may: Mapping[Operation, bool | None]
    detail: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "login": self.login,
            "may": {str(operation): allowed for operation, allowed in sorted(self.may.items())},
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an adapter gets to work with.

    `settings` holds the values of the declared settings: str, Secret for secret ones, a mapping for tables.
    `session()` gives the account's one HTTP session, opened on first use; `now` is the clock. The session
    itself refuses writes when `read_only` is set; who stores without a session looks at it.
    """

    name: str
    settings: Mapping[str, str | Secret | Mapping[str, str]]
    memory: Memory
    session: Callable[[], HttpSession]
    now: Callable[[], datetime]
    concurrency: int = 4
    read_only: bool = False

    def get_text(self, name: str, default: str = "") -> str:
        """A plain setting, or the default where it is missing."""
        value = self.settings.get(name, default)
        if not isinstance(value, str):
            raise TypeError(f"the setting {name} is not plain text")
        return value

    def get_secret(self, name: str) -> Secret | None:
        """A secret setting, or a login name that was given in plain; None where it is missing."""
        value = self.settings.get(name)
        if isinstance(value, str):
            from smtptui.secrets.secret import Secret

            return Secret(value)
        return None if isinstance(value, Mapping) else value

    def get_table(self, name: str) -> Mapping[str, str]:
        """A table setting, empty where it is missing."""
        value = self.settings.get(name, {})
        return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """The outcome of verifying a stored record: the provider's opinion, and the record as it is afterwards."""

    opinion: Opinion
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion that happened; `note` says what remains or follows, empty when nothing does."""

    note: str = ""


class Provider(ABC):
    """An adapter for one account. The optional methods are those its capabilities declare."""

    capabilities: ClassVar[Capabilities]

    def __init__(self, account: Account) -> None:
        self.account = account

    @abstractmethod
    def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        """Yield pages as they come, no credential twice, then exactly one ListingEnd."""

    @abstractmethod
    async def check(self) -> Check:
        """Whether the login is good and what it may do. Raises LoginRefusedError."""

    async def get(self, id: str) -> Credential:
        """One record, with its concurrency token where there is one. Raises NotFoundError."""
        self._raise_unsupported(Operation.GET)

    async def create(
        self, draft: Draft, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> Credential:
        """Store a draft and return the record as stored. `key` makes a retry safe where the provider has that.

        A record that is stored but does not verify is no error: look at its verification.
        """
        self._raise_unsupported(Operation.CREATE)

    def check_draft(self, draft: Draft) -> None:
        """Refuse a draft that the provider would refuse, without asking it.

        Raises InvalidFieldError, ReservedValueError, UnsupportedError, SecretMissingError.
        """
        from smtptui.model.admission import admit_draft

        admit_draft(self.capabilities, draft)

    async def update(self, id: str, change: Change, *, current: Credential) -> Credential:
        """Send the changed fields only and return the record as stored.

        `current` is the record the change was made against. Raises ConflictError when it is outdated.
        """
        self._raise_unsupported(Operation.UPDATE)

    async def delete(self, id: str, *, current: Credential | None = None) -> Deletion:
        """Remove a record. Raises NotFoundError, and ConflictError when `current` is outdated."""
        self._raise_unsupported(Operation.DELETE)

    async def reveal(self, id: str, *, login: Identity | None = None) -> Secret:
        """The stored password of one record. Raises NotFoundError, SecretMissingError when none is stored.

        With `login`, only the password of that host, port and username: raises ConflictError when the record
        has another login by now, for its password would be sent to a server that it does not belong to.
        """
        self._raise_unsupported(Operation.REVEAL)

    async def verify_draft(self, draft: Draft) -> Opinion:
        """Try unsaved details; nothing is stored."""
        self._raise_unsupported(Operation.VERIFY_DRAFT)

    async def verify_stored(
        self, current: Credential, *, key: str, consents: frozenset[Consent] = NO_CONSENT
    ) -> VerificationResult:
        """Have the provider try a stored record. Raises ConsentMissingError when that sends a mail unasked."""
        self._raise_unsupported(Operation.VERIFY_STORED)

    async def set_default(self, id: str) -> Credential:
        """Make this record the account's default, the present one no longer; put it back on failure."""
        self._raise_unsupported(Operation.SET_DEFAULT)

    async def set_active(self, id: str, active: bool, *, key: str) -> Credential:
        """Switch a record on or off."""
        self._raise_unsupported(Operation.SET_ACTIVE)

    def list_unfinished(self) -> Sequence[str]:
        """What an earlier, interrupted operation of this tool left half done, in words; read from local notes only."""
        return ()

    def _raise_unsupported(self, operation: Operation) -> NoReturn:
        raise UnsupportedError(
            f"{self.capabilities.title} has no operation {operation}.",
            account=self.account.name,
            operation=operation,
            hint="`smtptui caps` shows what each provider can do.",
        )
