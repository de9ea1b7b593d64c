"""Ask the user for a secret from whatever thread it is needed in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from smtptui.model.errors import SecretMissingError
from smtptui.secrets.secret import Secret

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


class SecretPrompt:
    """Answers `prompt:` references. Made before the screen, which `attach` connects."""

    def __init__(self) -> None:
        self._services: Services | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, services: Services) -> None:
        """Ask on this screen from now on. Call it in the screen's event loop."""
        self._services, self._loop = services, asyncio.get_running_loop()

    def ask(self, question: str) -> str:
        """Return the answer. Call it from another thread. Raises SecretMissingError."""
        if self._services is None or self._loop is None or self._loop.is_closed():
            raise SecretMissingError("A prompt: reference can be answered only while the screen is open.")
        asking = self._ask_on_screen(self._services, question)
        answer = asyncio.run_coroutine_threadsafe(asking, self._loop).result()
        if not isinstance(answer, Secret):
            raise SecretMissingError("Nobody answered the question for a secret.")
        return answer.reveal()

    async def _ask_on_screen(self, services: Services, question: str) -> object:
        from smtptui.tui.shell.ask import AskSecretScreen

        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        async def ask() -> None:
            answer.set_result(await services.push_wait(AskSecretScreen(question)))

        services.launch(ask(), group="secret-prompt")
        return await answer
