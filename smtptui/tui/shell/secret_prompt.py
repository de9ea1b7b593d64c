"""Ask a person for a secret from whatever thread it is needed in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from smtptui.model.errors import SecretMissingError
from smtptui.secrets.secret import Secret

if TYPE_CHECKING:
    from smtptui.tui.app import SmtptuiApp


class SecretPrompt:
    """Answers `prompt:` references. Made before the screen, which is handed over by `show_on`."""

    def __init__(self) -> None:
        self._app: SmtptuiApp | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, app: SmtptuiApp) -> None:
        """From now on questions are put on this screen; to be called in its event loop."""
        self._app, self._loop = app, asyncio.get_running_loop()

    def ask(self, question: str) -> str:
        """The answer; to be called from another thread. Raises SecretMissingError."""
        if self._app is None or self._loop is None or self._loop.is_closed():
            raise SecretMissingError("A prompt: reference can be answered only while the screen is open.")
        answer = asyncio.run_coroutine_threadsafe(
            self._ask_on_screen(self._app, question), self._loop
        ).result()
        if answer is None:
            raise SecretMissingError("Nobody answered the question for a secret.")
        return answer.reveal()

    async def _ask_on_screen(self, app: SmtptuiApp, question: str) -> Secret | None:
        from smtptui.tui.shell.ask_secret import AskSecretScreen

        answered: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        with app._context():
            app.push_screen(AskSecretScreen(question), answered.set_result)
        answer = await answered
        return answer if isinstance(answer, Secret) else None
