"""Read the system's keyring, through the optional extra `keyring`."""

from __future__ import annotations

from typing import Any

from smtptui.secrets.sources import SecretNotFoundError

KEYRING_TIMEOUT = 10.0
"""Seconds: a locked Secret Service would block for minutes."""

_REFUSED = ("plaintext", "null", "fail")


def read_keyring(service: str, user: str) -> str:
    """Return the stored password. It blocks: call it in a thread. Raise SecretNotFoundError."""
    try:
        import keyring
    except ImportError:
        raise SecretNotFoundError(
            "the keyring library is not installed", 'Install it: pip install "smtptui[keyring]"'
        ) from None
    try:
        backend = keyring.get_keyring()
        _refuse_insecure(backend)
        found = backend.get_password(service, user)
    except SecretNotFoundError:
        raise
    except Exception as error:
        # A backend's message may contain anything; the class of the error is enough to look it up.
        raise SecretNotFoundError(
            f"the keyring failed ({type(error).__name__})", "Unlock the keyring, then try again."
        ) from None
    if not found:
        raise SecretNotFoundError(
            "the keyring has no entry of that name", f"Store it: keyring set {service} {user}"
        )
    return str(found)


def _refuse_insecure(backend: Any) -> None:
    """Raise for backends below priority 1, which keyring does not recommend: plain text, null, failing."""
    kind = type(backend)
    # A chainer reads from each of its members.
    for member in getattr(backend, "backends", None) or (backend,):
        name = f"{type(member).__module__}.{type(member).__qualname__}".lower()
        if float(getattr(member, "priority", 0)) < 1 or any(word in name for word in _REFUSED):
            raise SecretNotFoundError(
                f"the keyring backend {type(member).__qualname__} does not protect what it stores",
                f"Choose a safe backend for {kind.__qualname__}, or use file: or cmd: instead.",
            )
