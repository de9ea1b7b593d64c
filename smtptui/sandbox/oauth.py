"""OAuth 2.0 client credentials (RFC 6749 section 4.4): a token endpoint and the tokens that it gave out."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote

from .clock import Clock
from .exchange import Answer, IncomingCall


@dataclass
class Tokens:
    """The client of one account, and its living tokens. ``lifetime`` is in seconds."""

    client_id: str
    client_secret: str
    ready_token: str
    clock: Clock
    lifetime: float = 1800
    _expiry: dict[str, datetime] = field(default_factory=dict)

    def issue(self) -> str:
        token = "at_" + secrets.token_urlsafe(24)
        self._expiry[token] = self.clock() + timedelta(seconds=self.lifetime)
        return token

    def revoke(self) -> None:
        """Make every token given out so far worthless; the ready token stays good."""
        self._expiry.clear()

    def good(self, token: str | None) -> bool:
        if token is None:
            return False
        expiry = self._expiry.get(token)
        return token == self.ready_token or (expiry is not None and self.clock() < expiry)


def token_answer(call: IncomingCall, tokens: Tokens) -> Answer:
    """Answer a token request sent as a form or as JSON, the client in the body or as HTTP Basic."""
    if call.method != "POST":
        return Answer(405, {"error": "invalid_request", "error_description": "use POST"})
    body = call.body if isinstance(call.body, dict) else {}
    client_id, client_secret = client_of(call)
    if body.get("grant_type") != "client_credentials":
        return Answer(400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant_type"})
    if client_id != tokens.client_id or client_secret != tokens.client_secret:
        description = "Invalid client or Invalid client credentials"
        return Answer(401, {"error": "invalid_client", "error_description": description})
    answer = {
        "access_token": tokens.issue(),
        "token_type": "Bearer",
        "expires_in": int(tokens.lifetime),
    }
    return Answer(200, answer, {"Cache-Control": "no-store"})


def client_of(call: IncomingCall) -> tuple[str | None, str | None]:
    body = call.body if isinstance(call.body, dict) else {}
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return body.get("client_id"), body.get("client_secret")
    try:
        decoded = base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    client_id, _, client_secret = decoded.partition(":")
    return unquote(client_id), unquote(client_secret)
