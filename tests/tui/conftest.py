"""A sandbox of each test's own: walks count what is on the screen, and change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smtptui.sandbox.running import RunningSandbox


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running
