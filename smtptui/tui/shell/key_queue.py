"""Keys one at a time: what a key does, focus moves included, has happened before the next one is handed on.

Textual hands a key to the widget that is focused when it arrives. Keys that come in one burst, as they do over a
slow line or in a paste, would all go to the widget that was focused before the first of them was heard.
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
"""Seconds after which a key counts as heard: a widget that went away with it answers no more."""


class KeyQueue:
    """Holds input back while the key before it is on its way through the widgets it bubbles to."""

    def __init__(self, app: App[int], hand_on: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._waiting: deque[Key | Paste] = deque()
        self._turn = 0
        self._shut = False
        self._patience: Timer | None = None

    async def put(self, event: Key | Paste) -> None:
        """Hand the event on now, or as soon as those before it have had their effect."""
        self._waiting.append(event)
        if self._patience is None and not self._shut:
            await self._next()

    def hold(self) -> None:
        """Hold everything back until `open`: what a person sees is not yet what would hear the keys."""
        self._shut = True

    async def release(self) -> None:
        """Hand on what came meanwhile."""
        if self._shut:
            self._shut = False
            await self._next()

    async def _next(self) -> None:
        if not self._waiting:
            return
        event = self._waiting.popleft()
        path = self._path()
        self._turn += 1
        self._patience = self._app.set_timer(KEY_TIMEOUT, partial(self._finish_turn, self._turn))
        await self._hand_on(event)
        await self._mark(self._turn, path)

    def _path(self) -> list[MessagePump]:
        """Every pump the key may pass, from the focused widget to the application."""
        return list((self._app.focused or self._app.screen).ancestors_with_self)

    async def _mark(self, turn: int, path: Sequence[MessagePump]) -> None:
        """Send a mark after the key along its path; where it ends, the key has been heard by all."""
        for position, pump in enumerate(path):
            if pump.call_later(self._mark, turn, path[position + 1 :]):
                return
        # The effect may be a screen that is only being built: its focus is set when it is first drawn.
        if not self._app.screen.call_after_refresh(self._finish_turn, turn):
            await self._finish_turn(turn)

    async def _finish_turn(self, turn: int) -> None:
        if turn != self._turn or self._patience is None:
            return
        self._patience.stop()
        self._patience = None
        await self._next()
