"""The workspace: configuration, local state, secrets, and accounts that are opened when first used."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Self

from smtptui.config import paths
from smtptui.model.address import file_path, is_file_account
from smtptui.model.capability import PASSWORD_FROM, Capabilities
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import ReadOnlyError, StateError, UsageError
from smtptui.model.nearest import suggest
from smtptui.providers.registry import ProviderNames, provider_spec
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.reference import Reference, parse_reference
from smtptui.secrets.secret import Secret
from smtptui.secrets.store import SecretStore
from smtptui.state.store import StateStore
from smtptui.workspace.core.configuration import read_config
from smtptui.workspace.core.crash_reports import CrashReports
from smtptui.workspace.core.options import Options

if TYPE_CHECKING:
    from smtptui.config.model import AccountConfig, Config
    from smtptui.config.read import UiCheck
    from smtptui.model.selector import SelectorQuery
    from smtptui.net.session import HttpSession
    from smtptui.providers.base import Provider, ProviderSpec

FRESH_SECONDS = 5
"""How long a record counts as fresh, so that one command does not read it twice."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Workspace:
    """Everything a use case works with. Opens no connection until an account is used."""

    def __init__(
        self,
        config: Config,
        options: Options,
        *,
        ask: Callable[[str], str] | None = None,
        now: Callable[[], datetime] = utc_now,
        redactor: Redactor | None = None,
        check_ui: UiCheck | None = None,
    ) -> None:
        self.config = config
        self.options = options
        self.now = now
        self._ask = ask
        self._check_ui = check_ui
        self.redactor = redactor or Redactor()
        self.secrets = SecretStore(self.redactor, ask=ask)
        self.state = StateStore(paths.find_state_dir(options.state_dir), now)
        self.crashes = CrashReports(self.redactor.redact, self.state.directory)
        self._read_only = options.read_only
        self._notices: list[str] = list(config.warnings)
        self._providers: dict[str, Provider] = {}
        self._sessions: dict[str, HttpSession] = {}
        self._open_locks: dict[str, asyncio.Lock] = {}
        self._read_times: dict[tuple[str, str], datetime] = {}
        for name in options.accounts:
            if name not in config.accounts and not is_file_account(name):
                raise UsageError(
                    f"There is no account named {name!r}.",
                    hint=suggest(name, config.accounts),
                    operation="open",
                )
        self.account_names = tuple(
            name for name in config.accounts if not options.accounts or name in options.accounts
        ) + tuple(dict.fromkeys(name for name in options.accounts if is_file_account(name)))

    @classmethod
    def load(
        cls,
        options: Options,
        *,
        ask: Callable[[str], str] | None = None,
        now: Callable[[], datetime] = utc_now,
        check_ui: UiCheck | None = None,
    ) -> Workspace:
        """Read the configuration and open it; `check_ui` checks `[ui]`.

        Raises ConfigurationError with every problem, UsageError for an unknown account.
        """
        return cls(read_config(options, check_ui), options, ask=ask, now=now, check_ui=check_ui)

    def reopen(self) -> Workspace:
        """Read the configuration again and return a new workspace; this one stays usable until it is closed.

        Known secrets stay redacted, and secrets already prompted for are kept, except those of accounts whose
        configuration changed. Raises ConfigurationError, UsageError.
        """
        fresh = Workspace(
            read_config(self.options, self._check_ui),
            self.options,
            ask=self._ask,
            now=self.now,
            redactor=self.redactor,
            check_ui=self._check_ui,
        )
        fresh.secrets.copy_answers(self.secrets)
        for name, config in self.config.accounts.items():
            if not config.equals_ignoring_location(fresh.config.accounts.get(name)):
                fresh.forget_answers(config)
        return fresh

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection and the local state."""
        for session in self._sessions.values():
            await session.aclose()
        self._sessions.clear()
        self._providers.clear()
        self.state.close()

    @property
    def notices(self) -> list[str]:
        """Warnings to show, apart from the results of use cases."""
        return [*self._notices, *self.state.notices]

    def add_notice(self, text: str) -> None:
        if text not in self._notices:
            self._notices.append(text)

    def account_config(self, account: str) -> AccountConfig:
        """Return the configuration of an account, or of file:PATH. Raises UsageError for an unknown name."""
        if is_file_account(account):
            return self._file_account(account)
        if account not in self.account_names:
            raise UsageError(
                f"There is no account named {account!r}.", hint=suggest(account, self.account_names)
            )
        return self.config.accounts[account]

    def _file_account(self, account: str) -> AccountConfig:
        from smtptui.config.model import AccountConfig
        from smtptui.config.paths import resolve_path

        path = resolve_path(file_path(account), Path.cwd())
        return AccountConfig(name=account, provider="file", settings={"path": str(path)}, source=path)

    def selected_accounts(self, query: SelectorQuery) -> list[str]:
        """Return the accounts a query can match: configured ones in their order, then the files it names."""
        files = sorted(name for name in query.named_accounts if is_file_account(name))
        names = dict.fromkeys([*self.account_names, *files])
        return [name for name in names if query.may_match_account(name, self.provider_of(name))]

    def spec(self, account: str) -> ProviderSpec:
        return provider_spec(self.account_config(account).provider)

    def provider_of(self, account: str) -> str:
        return self.account_config(account).provider

    def capabilities(self, account: str) -> Capabilities:
        return self.spec(account).capabilities

    def base_url(self, account: str) -> str:
        """Return the provider URL of an account, or the path of its file."""
        config, spec = self.account_config(account), self.spec(account)
        if spec.capabilities.at_rest:
            return str(config.settings.get("path", ""))
        return config.base_url or spec.base_url

    def is_read_only(self, account: str) -> bool:
        return self._read_only or self.account_config(account).read_only

    def clock_skew(self, account: str) -> timedelta | None:
        """Return how far the provider's clock is ahead of ours, None before its first response."""
        session = self._sessions.get(account)
        return session.clock_skew if session is not None else None

    def refuse_if_read_only(self, account: str, operation: str) -> None:
        """Raise ReadOnlyError for a read-only account; call before anything is read or resolved for a write."""
        if self.is_read_only(account):
            raise ReadOnlyError(
                f"{account} is read-only, so nothing was sent.",
                account=account,
                operation=operation,
            )

    def select(self, texts: Sequence[str]) -> SelectorQuery:
        """Parse selectors. Raises UsageError for unknown accounts and providers."""
        from smtptui.model.selector import parse_selectors

        query = parse_selectors(texts, self.account_names)
        for item in query.filters:
            if item.key == "provider" and item.is_exact and item.value.lower() not in ProviderNames():
                raise UsageError(
                    f"There is no provider {printable(item.value)!r}.",
                    hint=suggest(item.value, ProviderNames()),
                )
        return query

    def parse_address(self, text: str) -> tuple[str, str]:
        from smtptui.model.selector import parse_address

        return parse_address(text, self.account_names)

    async def resolve_secret(self, reference_text: str, *, what: str) -> Secret:
        """Resolve a secret reference. Raises UsageError, SecretMissingError."""
        return await self.secrets.resolve(parse_reference(reference_text), what=what)

    def password_reference(self, credential: Credential) -> str | None:
        """Return the password reference from `[passwords]`, else from the record itself; None if there is none."""
        reference = self._find_password_reference(credential)
        return reference.text if reference else None

    async def resolve_password(self, credential: Credential) -> Secret | None:
        """Resolve the password reference of a credential; None if it has none."""
        reference = self._find_password_reference(credential)
        if reference is None:
            return None
        return await self.secrets.resolve(reference, what=f"password of {credential.address}")

    def _find_password_reference(self, credential: Credential) -> Reference | None:
        by_address = self.config.passwords.get(credential.address)
        if by_address is not None:
            return by_address
        by_login = self.config.passwords.get(f"{credential.username}@{(credential.host or '').lower()}")
        if by_login is not None:
            return by_login
        own = credential.native.get(PASSWORD_FROM)
        if isinstance(own, str) and self.capabilities(credential.account).at_rest:
            return parse_reference(own)
        return None

    def mark_read(self, credential: Credential) -> None:
        """Note that the credential was just read from its provider."""
        self._read_times[(credential.account, credential.id)] = self.now()

    def update_snapshot(self, credential: Credential) -> None:
        """Update the credential in the last snapshot. State errors are ignored: the next listing reports them."""
        from smtptui.state.snapshots import update_credential

        with suppress(StateError):
            update_credential(self.state.database, credential)

    def remove_from_snapshot(self, account: str, id: str) -> None:
        """Remove a deleted credential from the last snapshot."""
        from smtptui.state.snapshots import remove_credential

        with suppress(StateError):
            remove_credential(self.state.database, account, id)

    def is_fresh(self, credential: Credential) -> bool:
        read = self._read_times.get((credential.account, credential.id))
        return read is not None and (self.now() - read).total_seconds() < FRESH_SECONDS

    def preload(self) -> None:
        """Import the modules that listing needs. Blocks, so the terminal UI runs it in a thread."""
        for spec in {self.provider_of(name): self.spec(name) for name in self.account_names}.values():
            spec.load_adapter_class()
        import_module("smtptui.net.client")
        if "smtptui.net.graphql" in sys.modules:
            # Only when an adapter imported it: GraphQL takes six megabytes.
            import_module("smtptui.net.graphql_transport")

    async def provider(self, account: str) -> Provider:
        """Return the adapter of an account, resolving its secrets first. Raises SecretMissingError."""
        from smtptui.providers.base import Account

        config = self.account_config(account)
        async with self._open_locks.setdefault(account, asyncio.Lock()):
            if account not in self._providers:
                spec = self.spec(account)
                self._providers[account] = spec.open(
                    Account(
                        name=account,
                        settings=await self._settings(config),
                        memory=self.state.account_memory(account),
                        session=lambda: self._session(config, spec),
                        now=self.now,
                        concurrency=config.concurrency,
                        read_only=self.is_read_only(account),
                    )
                )
            return self._providers[account]

    async def _settings(self, config: AccountConfig) -> Mapping[str, str | Secret | Mapping[str, str]]:
        settings: dict[str, str | Secret | Mapping[str, str]] = {}
        for name, value in config.settings.items():
            if isinstance(value, Reference):
                settings[name] = await self.secrets.resolve(value, what=_secret_purpose(name, config))
            else:
                settings[name] = value
        if config.base_url:
            settings["base_url"] = config.base_url
        return settings

    def forget_answers(self, config: AccountConfig) -> None:
        """Forget the prompted secrets of an account, so that they are asked for again."""
        for name in config.settings:
            self.secrets.forget_answer(_secret_purpose(name, config))

    def _session(self, config: AccountConfig, spec: ProviderSpec) -> HttpSession:
        from smtptui.net.options import SessionOptions
        from smtptui.net.session import HttpSession

        if config.name not in self._sessions:
            self._sessions[config.name] = HttpSession(
                SessionOptions(
                    account=config.name,
                    base_url=config.base_url or spec.base_url,
                    timeout=config.timeout,
                    ca_file=config.ca_file,
                    proxy=config.proxy,
                    read_only=self.is_read_only(config.name),
                    concurrency=config.concurrency,
                    requests_per_minute=spec.requests_per_minute,
                ),
                self.redactor,
            )
        return self._sessions[config.name]


def _secret_purpose(setting: str, config: AccountConfig) -> str:
    """The label of this secret in the prompt."""
    return f"{setting} of account {config.name}"
