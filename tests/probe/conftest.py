"""A real Postfix for the session; marker `real_server`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .real_postfix import Postfix, missing


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_server: needs Postfix on this machine, and root")


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    lacking = missing()
    if lacking and os.environ.get("SMTPTUI_NO_SKIPS") != "1":
        pytest.skip("no real server on this machine: " + ", ".join(lacking))
    assert not lacking, f"a real server must run here, and this is missing: {', '.join(lacking)}"
    with Postfix() as server:
        yield server
