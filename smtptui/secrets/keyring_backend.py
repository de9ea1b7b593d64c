"""Reading the system's keyring, through the optional extra `keyring`."""

from __future__ import annotations

from typing import Any

KEYRING_TIMEOUT = 10.0
"""Seconds; a locked Secret Service would otherwise block for minutes."""

_REFUSED = ("plaintext", "null", "fail")


class KeyringUnusableError(Exception):
    """Why the keyring gives no secret, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def read_keyring(service: str, user: str) -> str:
    """The stored password. Blocks: call it in a thread. Raises KeyringUnusableError."""
    try:
        import keyring
    except ImportError:
        raise KeyringUnusableError(
            "the keyring library is not installed", 'Install it: pip install "smtptui[keyring]"'
        ) from None
    try:
        backend = keyring.get_keyring()
        _refuse_insecure(backend)
        found = backend.get_password(service, user)
    except KeyringUnusableError:
        raise
    except Exception as error:
        # a backend's own words may hold anything; its class is enough to look it up
        raise KeyringUnusableError(
            f"the keyring failed ({type(error).__name__})", "Unlock the keyring, then try again."
        ) from None
    if not found:
        raise KeyringUnusableError(
            "the keyring holds nothing under that name", f"Store it: keyring set {service} {user}"
        )
    return str(found)


def _refuse_insecure(backend: Any) -> None:
    """`priority` below 1 is what keyring calls not recommended: plain text, null and failing backends."""
    kind = type(backend)
    # a chain reads from each of its members
    for member in getattr(backend, "backends", None) or (backend,):
        name = f"{type(member).__module__}.{type(member).__qualname__}".lower()
        if float(getattr(member, "priority", 0)) < 1 or any(word in name for word in _REFUSED):
            raise KeyringUnusableError(
                f"the keyring backend {type(member).__qualname__} does not protect what it stores",
                f"Choose a safe backend for {kind.__qualname__}, or use file: or cmd: instead.",
            )
