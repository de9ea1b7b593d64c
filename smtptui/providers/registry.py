"""The installed providers: ours by their packages, a stranger's by entry point, as ours are listed too."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib import import_module

from smtptui.model.errors import ConfigurationError
from smtptui.model.nearest import suggest
from smtptui.providers.spec import ProviderSpec

ENTRY_POINT_GROUP = "smtptui.providers"
BUILT_IN = ("blue", "digitanium", "file", "pipefy", "sendmux")
"""Found without looking through all that is installed, which takes as long as the rest of opening a workspace."""


@cache
def provider_names() -> tuple[str, ...]:
    """The names of all installed providers, sorted; imports none of them."""
    from importlib.metadata import entry_points

    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=ENTRY_POINT_GROUP))}))


class ProviderNames(Collection[str]):
    """The same, looked for only when one of ours is not enough."""

    def __contains__(self, name: object) -> bool:
        return name in BUILT_IN or name in provider_names()

    def __iter__(self) -> Iterator[str]:
        return iter(provider_names())

    def __len__(self) -> int:
        return len(provider_names())


@cache
def provider_spec(name: str) -> ProviderSpec:
    """The data of one provider. Raises ConfigurationError for an unknown name or a broken package."""
    if name in BUILT_IN:
        ours: ProviderSpec = import_module(f"smtptui.providers.{name}").SPEC
        return ours
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINT_GROUP, name=name):
        try:
            spec = point.load()
        except Exception as error:
            raise ConfigurationError(
                f"The package behind the provider {name!r} cannot be loaded ({type(error).__name__}: {error}).",
                hint=f"Entry point: {point.value}. Ask its author, or install another version of it.",
            ) from error
        if not isinstance(spec, ProviderSpec) or spec.name != name:
            raise ConfigurationError(
                f"The package behind the provider {name!r} offers no usable ProviderSpec.",
                hint=f"Entry point: {point.value}. Ask its author, or remove the package.",
            )
        return spec
    raise ConfigurationError(f"There is no provider {name!r}.", hint=suggest(name, provider_names()))
