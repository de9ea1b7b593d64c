"""What is said when the screen ends in a crash."""

from __future__ import annotations

from pathlib import Path

from smtptui.workspace.core.crash_reports import write_report

__all__ = ["format_crash_message", "write_report"]


def format_crash_message(error: BaseException, report: Path | None) -> str:
    """What is said on the terminal after a crash."""
    where = f"The report is in {report}.\n" if report else "No report could be written.\n"
    return (
        f"smtptui stopped because of a mistake in it ({type(error).__name__}).\n"
        "Nothing that was under way is known to have been done: list the accounts again.\n" + where
    )
