"""What `--stats` counts: the bytes that went to the terminal."""

from __future__ import annotations

from typing import ClassVar

from textual.drivers.linux_driver import LinuxDriver


class CountingDriver(LinuxDriver):
    """Textual's own driver, with a counter."""

    sent: ClassVar[int] = 0

    def write(self, data: str) -> None:
        CountingDriver.sent += len(data.encode("utf-8", "replace"))
        super().write(data)
