"""What the tests of net stand on: a redactor of their own, and a session whose waits are written down."""

from __future__ import annotations

from typing import Any

from smtptui.net.session import HttpSession, SessionOptions
from smtptui.secrets.secret import Secret

BASE = "https://api.provider.example/v1"


class PlainRedactor:
    """Replaces what it was told, as it stands."""

    def __init__(self) -> None:
        self.known: list[str] = []

    def add(self, secret: Secret | str) -> None:
        self.known.append(secret.reveal() if isinstance(secret, Secret) else secret)

    def redact(self, text: str) -> str:
        for known in self.known:
            text = text.replace(known, "<redacted>")
        return text


def session(base_url: str = BASE, *, redactor: PlainRedactor | None = None, **options: Any) -> HttpSession:
    chosen = SessionOptions(**{"account": "acme", "base_url": base_url, "timeout": 5.0, **options})
    return HttpSession(chosen, redactor or PlainRedactor())  # type: ignore[arg-type]
