"""What the providers can do, and what one cannot hold of another."""

from __future__ import annotations

from smtptui.model.capability import Capabilities
from smtptui.providers.registry import provider_names as _names
from smtptui.providers.registry import provider_spec
from smtptui.sync.losses import find_losses
from smtptui.sync.plan import Loss

__all__ = ["Loss", "find_losses", "provider_capabilities", "provider_names"]


def provider_names() -> tuple[str, ...]:
    return _names()


def provider_capabilities(name: str) -> Capabilities:
    """Raises ConfigurationError for an unknown provider."""
    return provider_spec(name).capabilities
