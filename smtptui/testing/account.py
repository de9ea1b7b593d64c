"""An account for an adapter under test, with a real HTTP session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from smtptui.model.memory import Memory
from smtptui.net.options import SessionOptions
from smtptui.net.session import HttpSession
from smtptui.providers.base import Account, ProviderSpec
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.secret import Secret
from smtptui.testing.memory import DictMemory


async def no_sleep(seconds: float) -> None:
    """Return at once: retries and pacing do not wait in tests."""


def make_account(
    spec: ProviderSpec,
    settings: Mapping[str, str | Mapping[str, str]],
    *,
    name: str = "under-test",
    base_url: str | None = None,
    read_only: bool = False,
    timeout: float = 10.0,
    ca_file: Path | None = None,
    memory: Memory | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Account:
    """Create an account of a provider. Secret settings are given as text and wrapped here."""
    secret = {setting.name for setting in spec.settings if setting.is_secret}
    redactor = Redactor()
    values: dict[str, str | Secret | Mapping[str, str]] = {}
    for key, value in settings.items():
        if key in secret and isinstance(value, str):
            values[key] = Secret(value)
            redactor.add(Secret(value))
        else:
            values[key] = value
    options = SessionOptions(
        account=name,
        base_url=spec.base_url if base_url is None else base_url,
        timeout=timeout,
        ca_file=ca_file,
        read_only=read_only,
        requests_per_minute=None,
    )
    session = HttpSession(options, redactor, sleep=no_sleep)
    return Account(
        name=name,
        settings=values,
        memory=memory or DictMemory(now),
        session=lambda: session,
        now=now,
        concurrency=options.concurrency,
        read_only=read_only,
    )
