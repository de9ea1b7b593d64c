"""The installed providers, found by entry point; a stranger's package is found like ours."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from smtptui.model.errors import ConfigurationError
from smtptui.model.nearest import suggestion
from smtptui.providers.base import ProviderSpec

GROUP = "smtptui.providers"


@cache
def provider_names() -> tuple[str, ...]:
    """The names of all installed providers, sorted; imports none of them."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


@cache
def provider_spec(name: str) -> ProviderSpec:
    """The data of one provider. Raises ConfigurationError for an unknown name or a broken package."""
    for point in entry_points(group=GROUP, name=name):
        spec = point.load()
        if not isinstance(spec, ProviderSpec) or spec.name != name:
            raise ConfigurationError(
                f"The package behind the provider {name!r} offers no usable ProviderSpec.",
                hint=f"Entry point: {point.value}. Ask its author, or remove the package.",
            )
        return spec
    raise ConfigurationError(f"There is no provider {name!r}.", hint=suggestion(name, provider_names()))
