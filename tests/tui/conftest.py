"""A sandbox of each test's own: walks count what is on the screen, and change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smtptui.sandbox.running import RunningSandbox
from smtptui.workspace.verification import probe as probing
from tests.tui.fakes import ScriptedProbe


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def probes(monkeypatch: pytest.MonkeyPatch) -> ScriptedProbe:
    """No screen opened in this process connects to a mail server."""
    scripted = ScriptedProbe()
    monkeypatch.setattr(probing, "probe_many", scripted.probe_many)
    return scripted
