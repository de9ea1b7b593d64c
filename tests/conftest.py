"""What all rooms share: one sandbox for the session, and the search for leaked secrets."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from smtptui.sandbox.running import RunningSandbox
from smtptui.state.database import Database

from .canary import CANARY

# A busy machine is no reason to fail.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

OPENED: list[Database] = []

KEPT_FILES = ("state.db", "state.db-wal", "state.db-shm")
KEPT_PATTERNS = (
    *KEPT_FILES,
    "*.log",
    "*crash*.txt",
    "*.svg",
    "backups/*.toml",
    "first-page.json",
    "*plan*.json",
)
"""What the program itself leaves on disk; files a test wrote secrets into for it to read are not among them."""


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox with the default seed, shared by the session: add records of your own, clear your faults."""
    with RunningSandbox(tmp_path_factory.mktemp("sandbox") / "config.toml") as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def _opened() -> Iterator[None]:
    """Know every state database that a test opens; Python 3.13 minds those that nobody closes."""
    opening = Database.open.__func__  # type: ignore[attr-defined]

    def kept(cls: type[Database], directory: Path, now: Callable[[], datetime]) -> Database:
        database: Database = opening(cls, directory, now)
        OPENED.append(database)
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "open", classmethod(kept))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """A test that made a workspace need not close it."""
    yield
    while OPENED:
        OPENED.pop().close()


SLOW_FOLDERS = frozenset(
    {"benchmarks", "captures", "cli", "contract", "earlier", "kills", "migration", "sandbox", "tui"}
)
"""Folders whose tests open a screen, a terminal, a sandbox or a process: `make test-quick` leaves them out."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "reveals: this test prints a secret on purpose")
    config.addinivalue_line("markers", "slow: not part of `make test-quick`")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    for item in items:
        servers = {"sandbox", "postfix"} & set(getattr(item, "fixturenames", ()))
        if servers or item.path.relative_to(tests).parts[0] in SLOW_FOLDERS:
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test whose captured output or log holds the canary fails, whatever else it shows.

    With SMTPTUI_NO_SKIPS=1 a test that needs a real server fails when it is skipped.
    """
    report = yield
    if (
        report.skipped
        and os.environ.get("SMTPTUI_NO_SKIPS") == "1"
        and item.get_closest_marker("real_server")
    ):
        report.outcome = "failed"
        report.longrepr = f"it must run here and was skipped: {report.longrepr}"
    if item.get_closest_marker("reveals") is None:
        leaks = [name for name, text in report.sections if CANARY in text]
        if leaks and report.outcome == "passed":
            report.outcome = "failed"
            report.longrepr = f"a secret is in {', '.join(leaks)}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """No file that the program left under the temporary directory holds the canary."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    base = getattr(factory, "_basetemp", None)
    leaks = _leaking_files(base) if base is not None else []
    if leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line("a secret is in: " + ", ".join(map(str, leaks)), red=True)


def _leaking_files(base: Path) -> list[Path]:
    found = []
    for pattern in KEPT_PATTERNS:
        for path in base.rglob(pattern):
            with contextlib.suppress(OSError):
                if path.is_file() and CANARY.encode() in path.read_bytes():
                    found.append(path)
    return found
