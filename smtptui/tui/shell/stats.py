"""What `--stats` tells: the bytes that went to the terminal."""

from __future__ import annotations

from typing import ClassVar

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver


class CountingDriver(LinuxDriver):
    """Textual's own driver, with a counter."""

    sent: ClassVar[int] = 0

    def write(self, data: str) -> None:
        CountingDriver.sent += len(data.encode("utf-8", "replace"))
        super().write(data)


def format_bytes_sent(driver: type[Driver] | None) -> str:
    """One line about a program that has ended."""
    asked = getattr(driver, "asked", None)
    beside = f"; Textual's own driver would have sent {asked}" if asked is not None else ""
    return f"{getattr(driver, 'sent', 0)} bytes were sent to the terminal{beside}."
