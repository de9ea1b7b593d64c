"""Locate, read, show and initialize the configuration; look up providers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from smtptui.config import paths
from smtptui.model.capability import Capabilities
from smtptui.model.setting import Setting
from smtptui.providers.registry import ProviderNames, provider_spec
from smtptui.providers.registry import provider_names as provider_names
from smtptui.workspace.core.options import Options

if TYPE_CHECKING:
    from smtptui.config.model import Config
    from smtptui.config.read import UiCheck


def config_path(options: Options) -> Path:
    return paths.find_config_path(options.config)


def provider_settings(name: str) -> tuple[Setting, ...]:
    """Return the settings of an account of this provider. Raises ConfigurationError for an unknown provider."""
    return provider_spec(name).settings


def provider_capabilities(name: str) -> Capabilities:
    """Return what a provider can do. Raises ConfigurationError for an unknown provider."""
    return provider_spec(name).capabilities


def rule_names() -> tuple[str, ...]:
    """Return the ids of all audit rules."""
    from smtptui.audit.rules import RULES

    return tuple(RULES)


def read_config(options: Options, check_ui: UiCheck | None = None) -> Config:
    """Read the configuration; `check_ui` checks `[ui]`. Raises ConfigurationError with every problem."""
    from smtptui.config.read import load_config

    names = ProviderNames()
    return load_config(
        config_path(options),
        lambda name: provider_settings(name) if name in names else None,
        names,
        rule_names,
        check_ui,
    )


def show_config(options: Options) -> dict[str, Any]:
    """Return the configuration as JSON, with secret references instead of secrets."""
    return read_config(options).to_json()


def init_config(options: Options) -> Path:
    """Write a commented starter file. Raises ConfigurationError when a configuration exists."""
    from smtptui.config.write import write_starter

    path = config_path(options)
    write_starter(path)
    return path
