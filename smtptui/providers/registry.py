"""The installed providers: the built-in ones, and those that other packages register by entry point."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib import import_module

from smtptui.model.errors import ConfigurationError
from smtptui.model.nearest import suggest
from smtptui.providers.base import ProviderSpec

ENTRY_POINT_GROUP = "smtptui.providers"
BUILT_IN = ("blue", "digitanium", "file", "pipefy", "sendmux")
"""Found without reading the entry points of every installed package, which takes as long as opening a workspace."""


@cache
def provider_names() -> tuple[str, ...]:
    """Return the names of all installed providers, sorted, without importing them."""
    from importlib.metadata import entry_points

    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=ENTRY_POINT_GROUP))}))


class ProviderNames(Collection[str]):
    """The names of all installed providers; entry points are read only when a built-in name does not answer."""

    def __contains__(self, name: object) -> bool:
        return name in BUILT_IN or name in provider_names()

    def __iter__(self) -> Iterator[str]:
        return iter(provider_names())

    def __len__(self) -> int:
        return len(provider_names())


@cache
def provider_spec(name: str) -> ProviderSpec:
    """Return the spec of one provider. Raises ConfigurationError for an unknown name or a broken package."""
    if name in BUILT_IN:
        ours: ProviderSpec = import_module(f"smtptui.providers.{name}").SPEC
        return ours
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINT_GROUP, name=name):
        try:
            spec = point.load()
        except Exception as error:
            raise ConfigurationError(
                f"The package of the provider {name!r} cannot be loaded ({type(error).__name__}: {error}).",
                hint=f"Entry point: {point.value}. Install another version of it, or ask its author.",
            ) from error
        if not isinstance(spec, ProviderSpec) or spec.name != name:
            raise ConfigurationError(
                f"The package of the provider {name!r} has no valid ProviderSpec.",
                hint=f"Entry point: {point.value}. Uninstall the package, or ask its author.",
            )
        return spec
    raise ConfigurationError(f"There is no provider {name!r}.", hint=suggest(name, provider_names()))
