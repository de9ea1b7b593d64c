"""Who speaks for the account: the headers that authorize a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from smtptui.secrets.secret import Secret


class Authorizer(Protocol):
    """Gives the headers of each request, and is asked once when they were refused."""

    async def headers(self) -> Mapping[str, str]:
        """The headers to send. May fetch a token first (a call of kind `auth`)."""

    async def refresh(self) -> bool:
        """The login was refused: True when new headers are at hand and the call is worth one more try."""


class StaticHeaders:
    """Fixed headers, such as an API key."""

    def __init__(self, headers: Mapping[str, str | Secret]) -> None:
        self._headers = dict(headers)

    async def headers(self) -> Mapping[str, str]:
        return {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in self._headers.items()
        }

    async def refresh(self) -> bool:
        return False


class BearerToken:
    """A ready token (RFC 6750)."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    async def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    async def refresh(self) -> bool:
        return False
