from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _respx_sees_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTPTUI_HTTP_LIBRARY", "httpx")


@pytest.fixture(autouse=True)
def _retries_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async def return_at_once(delay: float) -> None:
        pass

    monkeypatch.setattr("stamina._core._smart_sleep", return_at_once)
