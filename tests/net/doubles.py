"""A session whose waits take no time."""

from __future__ import annotations

from typing import Any

from smtptui.net.options import SessionOptions
from smtptui.net.session import HttpSession
from smtptui.secrets.redactor import Redactor

BASE = "https://api.provider.example/v1"


def session(base_url: str = BASE, *, redactor: Redactor | None = None, **options: Any) -> HttpSession:
    all_options = SessionOptions(**{"account": "acme", "base_url": base_url, "timeout": 5.0, **options})
    return HttpSession(all_options, redactor or Redactor(), sleep=_return_at_once)


async def _return_at_once(seconds: float) -> None:
    """Nothing waits."""
