"""Deliver keys one at a time: the effect of a key, focus moves included, comes before the next key.

Textual sends a key to the widget that is focused when it arrives. Keys that arrive in one burst, as over a slow
connection or in a paste, would all go to the widget that was focused before the first of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump
from textual.timer import Timer

KEY_TIMEOUT = 0.3
"""Timeout for a key whose target widget was removed while handling it."""


class KeyQueue:
    """Holds input while the key before it bubbles through the widgets."""

    def __init__(self, app: App[int], deliver: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: deque[Key | Paste] = deque()
        self._turn = 0
        self._is_held = False
        self._timeout: Timer | None = None

    async def put(self, event: Key | Paste) -> None:
        """Deliver the event now, or when those before it have had their effect."""
        self._waiting.append(event)
        if self._timeout is None and not self._is_held:
            await self._deliver_next()

    def hold(self) -> None:
        """Hold everything until `release`: what the user sees is not yet what would handle the keys."""
        self._is_held = True

    async def release(self) -> None:
        """Deliver what arrived since `hold`."""
        if self._is_held:
            self._is_held = False
            await self._deliver_next()

    async def _deliver_next(self) -> None:
        if not self._waiting:
            return
        event = self._waiting.popleft()
        path = self._path()
        self._turn += 1
        self._timeout = self._app.set_timer(KEY_TIMEOUT, partial(self._finish_turn, self._turn))
        await self._deliver(event)
        await self._send_marker(self._turn, path)

    def _path(self) -> list[MessagePump]:
        """Return every message pump that the key may pass, from the focused widget to the application."""
        return list((self._app.focused or self._app.screen).ancestors_with_self)

    async def _send_marker(self, turn: int, path: Sequence[MessagePump]) -> None:
        """Send a marker after the key along its path; when it arrives, all have handled the key."""
        for position, pump in enumerate(path):
            if pump.call_later(self._send_marker, turn, path[position + 1 :]):
                return
        # The effect may be a new screen, whose focus is set when it is first drawn.
        if not self._app.screen.call_after_refresh(self._finish_turn, turn):
            await self._finish_turn(turn)

    async def _finish_turn(self, turn: int) -> None:
        if turn != self._turn or self._timeout is None:
            return
        self._timeout.stop()
        self._timeout = None
        await self._deliver_next()
