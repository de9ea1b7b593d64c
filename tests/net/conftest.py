from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record how long each retry would wait, without waiting."""
    waited: list[float] = []

    async def write_down(delay: float) -> None:
        waited.append(delay)

    monkeypatch.setattr("stamina._core._smart_sleep", write_down)
    return waited
