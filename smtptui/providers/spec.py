"""The description of a provider as data, without its adapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from smtptui.model.capability import Capabilities
from smtptui.model.setting import Setting
from smtptui.providers.base import Account, Provider


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
