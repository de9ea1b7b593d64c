"""What a provider is, as data: all that is known of it without its adapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from smtptui.model.capability import Capabilities
from smtptui.model.setting import Setting

if TYPE_CHECKING:
    from smtptui.providers.base import Account, Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """What an entry point of the group `smtptui.providers` names: data, and where the adapter is.

    `adapter` is "package.module:Class". `base_url` is the default; `requests_per_minute` is the provider's
    documented limit, None where none is documented.
    """

    name: str
    title: str
    capabilities: Capabilities
    settings: tuple[Setting, ...]
    adapter: str
    base_url: str
    requests_per_minute: int | None = None
    notes: tuple[str, ...] = field(default=())

    def load_adapter_class(self) -> Callable[[Account], Provider]:
        """The adapter; imports its module."""
        module, _, name = self.adapter.partition(":")
        adapter: Callable[[Account], Provider] = getattr(import_module(module), name)
        return adapter

    def open(self, account: Account) -> Provider:
        """The adapter for an account; imports its module, opens nothing."""
        return self.load_adapter_class()(account)
