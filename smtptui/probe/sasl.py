"""SASL mechanisms (RFC 4616, 5802, 7677, 2195, and XOAUTH2 as its providers document it), and their choice."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from typing import NamedTuple

from smtptui.secrets.secret import Secret

MAX_ITERATIONS = 1_000_000
"""Limit on the rounds a server may ask for; this many take about a second."""


class SaslError(Exception):
    """The server's side of the exchange is invalid; the message says how. The exchange is aborted with `*`."""


class ServerNotProvenError(SaslError):
    """The server did not prove that it knows the password (RFC 5802 section 3): it may be an impostor."""


class Mechanism:
    """One login by one mechanism."""

    name: str

    def __init__(self, username: str, secret: Secret) -> None:
        self._username, self._secret = username, secret

    def initial_response(self) -> bytes | None:
        """Return the initial response, None when the mechanism has none."""
        return None

    def respond(self, challenge: bytes) -> bytes:
        """Return the response to a challenge. Raise SaslError."""
        raise SaslError(f"the server sends a challenge that {self.name} does not have")

    def verify_server(self) -> None:
        """Check the server's own proof after a 235. Raise ServerNotProvenError when it is missing."""


class PlainMechanism(Mechanism):
    """RFC 4616: one message, UTF-8."""

    name = "PLAIN"

    def initial_response(self) -> bytes:
        return f"\0{self._username}\0{self._secret.reveal()}".encode()


class LoginMechanism(Mechanism):
    """An expired draft, the only mechanism of some large services; the user name comes first, whatever the prompt."""

    name = "LOGIN"
    _steps = 0

    def respond(self, challenge: bytes) -> bytes:
        self._steps += 1
        if self._steps == 1:
            return self._username.encode()
        if self._steps == 2:
            return self._secret.reveal().encode()
        return super().respond(challenge)


class CramMd5Mechanism(Mechanism):
    """RFC 2195."""

    name = "CRAM-MD5"
    _responded = False

    def respond(self, challenge: bytes) -> bytes:
        import hmac

        if self._responded or not challenge:
            raise SaslError("the server's CRAM-MD5 challenge is empty or comes twice")
        self._responded = True
        digest = hmac.new(self._secret.reveal().encode(), challenge, "md5").hexdigest()
        return f"{self._username} {digest}".encode()


class ScramMechanism(Mechanism):
    """RFC 5802 and 7677, without channel binding. The server's signature is checked."""

    def __init__(
        self, name: str, username: str, secret: Secret, nonce: Callable[[int], bytes] = os.urandom
    ) -> None:
        super().__init__(username, secret)
        self.name = name
        self._hash = "sha256" if name.endswith("256") else "sha1"
        self._nonce = base64.b64encode(nonce(18)).decode()
        self._signature: bytes | None = None
        self._proven = False

    def initial_response(self) -> bytes:
        return b"n,," + self._bare().encode()

    def _bare(self) -> str:
        user = _saslprep(self._username).replace("=", "=3D").replace(",", "=2C")
        return f"n={user},r={self._nonce}"

    def respond(self, challenge: bytes) -> bytes:
        fields = _scram_fields(challenge)
        if self._signature is None:
            return self._final(fields, challenge)
        self._prove(fields)
        return b""

    def _final(self, fields: dict[str, str], challenge: bytes) -> bytes:
        import hashlib
        import hmac

        try:
            nonce, salt = fields["r"], base64.b64decode(fields["s"], validate=True)
            rounds = int(fields["i"])
        except (KeyError, ValueError):
            raise SaslError("the server's SCRAM challenge is malformed") from None
        if "m" in fields or not nonce.startswith(self._nonce) or len(nonce) == len(self._nonce):
            raise SaslError("the server's SCRAM challenge does not answer ours")
        if not 1 <= rounds <= MAX_ITERATIONS:
            raise SaslError(f"the server asks for more than {MAX_ITERATIONS:,} rounds, or for none")
        password = _saslprep(self._secret.reveal()).encode()
        salted = hashlib.pbkdf2_hmac(self._hash, password, salt, rounds)
        client_key = hmac.digest(salted, b"Client Key", self._hash)
        stored_key = hashlib.new(self._hash, client_key).digest()
        without_proof = f"c=biws,r={nonce}"
        signed = f"{self._bare()},{challenge.decode()},{without_proof}".encode()
        proof = _xor(client_key, hmac.digest(stored_key, signed, self._hash))
        server_key = hmac.digest(salted, b"Server Key", self._hash)
        self._signature = hmac.digest(server_key, signed, self._hash)
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def _prove(self, fields: dict[str, str]) -> None:
        import hmac

        if "e" in fields:
            # The rejection follows as the final reply, which decides.
            return
        try:
            claimed = base64.b64decode(fields["v"], validate=True)
        except (KeyError, ValueError):
            raise ServerNotProvenError("the server's SCRAM signature is missing") from None
        if not hmac.compare_digest(claimed, self._signature or b""):
            raise ServerNotProvenError("the server's SCRAM signature is wrong")
        self._proven = True

    def verify_server(self) -> None:
        if not self._proven:
            raise ServerNotProvenError("the server accepted without its SCRAM signature")


class XOAuth2Mechanism(Mechanism):
    """The secret is an access token. A rejection comes as a challenge in JSON, answered with an empty line."""

    name = "XOAUTH2"
    error = b""

    def initial_response(self) -> bytes:
        return f"user={self._username}\1auth=Bearer {self._secret.reveal()}\1\1".encode()

    def respond(self, challenge: bytes) -> bytes:
        if self.error:
            raise SaslError("the server refuses the token twice")
        self.error = challenge or b"{}"
        return b""


_OVER_TLS = {
    "PLAIN": "one message, which TLS protects",
    "LOGIN": "PLAIN is not offered",
    "SCRAM-SHA-256": "neither PLAIN nor LOGIN is offered",
    "SCRAM-SHA-1": "nothing better is offered",
    "CRAM-MD5": "nothing else is offered; servers often announce it without supporting it",
}
_IN_CLEAR = {
    "SCRAM-SHA-256": "without TLS the password itself must not be sent",
    "SCRAM-SHA-1": "without TLS the password itself must not be sent",
    "CRAM-MD5": "without TLS the password itself must not be sent",
    "PLAIN": "nothing else is offered; the password is sent in clear, as allowed",
    "LOGIN": "nothing else is offered; the password is sent in clear, as allowed",
}
SUPPORTED = (*_OVER_TLS, "XOAUTH2")


class MechanismChoice(NamedTuple):
    """The chosen mechanism, None when there is none, and why."""

    name: str | None
    why: str


def choose_mechanism(
    offered: tuple[str, ...], forced: str | None = None, *, encrypted: bool = True
) -> MechanismChoice:
    """Choose the mechanism: over TLS the simplest, in clear one that hides the password."""
    if forced is not None:
        wanted = forced.upper()
        if wanted not in SUPPORTED:
            return MechanismChoice(None, "it was requested, and smtptui does not support it")
        if wanted not in offered:
            return MechanismChoice(None, f"{wanted} was requested, and the server does not offer it")
        return MechanismChoice(wanted, "it was requested")
    for name, why in (_OVER_TLS if encrypted else _IN_CLEAR).items():
        if name in offered:
            return MechanismChoice(name, why)
    if "XOAUTH2" in offered or "OAUTHBEARER" in offered:
        return MechanismChoice(None, "the server accepts only access tokens, no password")
    return MechanismChoice(None, "smtptui supports none of the mechanisms that the server offers")


def create_mechanism(name: str, username: str, secret: Secret) -> Mechanism:
    """Create a mechanism by name. Raise KeyError for a name outside SUPPORTED."""
    if name.startswith("SCRAM-"):
        return ScramMechanism(name, username, secret)
    kinds: tuple[type[Mechanism], ...] = (PlainMechanism, LoginMechanism, CramMd5Mechanism, XOAuth2Mechanism)
    return {kind.name: kind for kind in kinds}[name](username, secret)


def decode_challenge(challenge: str) -> bytes:
    """Decode the challenge of a 334. Some old servers send plain text, which counts as no challenge."""
    try:
        return base64.b64decode(challenge.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _scram_fields(challenge: bytes) -> dict[str, str]:
    try:
        text = challenge.decode()
    except UnicodeDecodeError:
        raise SaslError("the server's SCRAM challenge is malformed") from None
    return {part[:1]: part[2:] for part in text.split(",") if part[1:2] == "="}


def _saslprep(text: str) -> str:
    """Apply SASLprep's mappings (RFC 4013 section 2); prohibited characters are kept, for the server to judge."""
    if text.isascii():
        return text
    import stringprep
    import unicodedata

    mapped = (
        " " if stringprep.in_table_c12(character) else character
        for character in text
        if not stringprep.in_table_b1(character)
    )
    return unicodedata.normalize("NFKC", "".join(mapped))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
