from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries do not wait."""

    async def go_on(delay: float) -> None:
        pass

    monkeypatch.setattr("stamina._core._smart_sleep", go_on)
