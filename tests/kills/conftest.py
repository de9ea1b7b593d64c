"""What the full matrix counted is told at the end, whichever worker counted it."""

from __future__ import annotations

import pytest

COUNTED = "counted"
"""The property of a test that holds its counts."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == COUNTED:
                    terminalreporter.write_line(str(value))
