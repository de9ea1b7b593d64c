from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _respx_sees_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTPTUI_HTTP_LIBRARY", "httpx")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(delay: float) -> None:
        return None

    monkeypatch.setattr("stamina._core._smart_sleep", at_once)
