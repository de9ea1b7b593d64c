"""Logins as HTTP headers: API keys, bearer tokens, and the protocol that others follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from smtptui.secrets.secret import Secret


class Authorizer(Protocol):
    """Provides the authorization headers of each request, and new ones once after a refusal."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers to send. May fetch a token first, in a call of kind `auth`."""

    async def refresh(self) -> bool:
        """Try to replace refused headers; return whether the call should be sent once more."""


class StaticHeaders:
    """Fixed headers, for example an API key."""

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
    """A fixed bearer token (RFC 6750)."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    async def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    async def refresh(self) -> bool:
        return False
