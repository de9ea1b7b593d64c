"""The one import of the HTTP library.

gql prefers httpx2 whenever it is installed, so this module does too: both must use the same library.
The environment variable SMTPTUI_HTTP_LIBRARY (`httpx` or `httpx2`) forces one.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from smtptui.model.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx
else:

    def _choose() -> Any:
        forced = os.environ.get("SMTPTUI_HTTP_LIBRARY", "")
        if forced not in ("", "httpx", "httpx2"):
            raise ConfigurationError(
                "SMTPTUI_HTTP_LIBRARY is neither httpx nor httpx2.",
                hint="Set it to httpx or httpx2, or unset it.",
            )
        if forced == "httpx":
            return import_module("httpx")
        try:
            return import_module("httpx2")
        except ModuleNotFoundError:
            if forced:
                raise ConfigurationError(
                    "SMTPTUI_HTTP_LIBRARY is httpx2, which is not installed.",
                    hint="Install httpx2, or unset the variable.",
                ) from None
            return import_module("httpx")

    httpx = _choose()

__all__ = ["httpx"]
