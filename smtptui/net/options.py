"""The options of one account's HTTP session."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from smtptui.config.model import AccountConfig

_DEFAULTS = AccountConfig._field_defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """How to reach one account. `timeout` is in seconds for one exchange, `proxy` a URL, "env" or None."""

    account: str
    base_url: str
    timeout: float = _DEFAULTS["timeout"]
    ca_file: Path | str | None = None
    proxy: str | None = field(default=None, repr=False)
    read_only: bool = False
    concurrency: int = _DEFAULTS["concurrency"]
    requests_per_minute: int | None = None
