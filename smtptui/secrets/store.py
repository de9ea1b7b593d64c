"""Resolve references to secrets: each is fetched once, kept in memory and registered with the redactor."""

from __future__ import annotations

import asyncio
import os
import shlex
import threading
from collections.abc import Callable, Mapping
from typing import TypeAlias

from smtptui.model.display import printable
from smtptui.secrets.command import CommandFailedError, run_password_command
from smtptui.secrets.keyring_backend import KEYRING_TIMEOUT, read_keyring
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.reference import Reference, Scheme
from smtptui.secrets.secret import Secret
from smtptui.secrets.sources import SecretNotFoundError, read_environment, read_file

MAX_COMMANDS = 5
COMMAND_TIMEOUT = 30.0
"""Seconds."""

_Key: TypeAlias = tuple[Scheme, str, str]


class SecretStore:
    """The secrets of one process. `ask` asks the user at the terminal; None where there is no terminal.

    `ask` is called in its own thread, one question at a time. A secret is fetched when first needed; a failure is
    not cached, so the next request tries again.
    """

    def __init__(
        self,
        redactor: Redactor,
        *,
        ask: Callable[[str], str] | None,
        environ: Mapping[str, str] | None = None,
        command_timeout: float = COMMAND_TIMEOUT,
        keyring: Callable[[str, str], str] = read_keyring,
        keyring_timeout: float = KEYRING_TIMEOUT,
    ) -> None:
        self._redactor = redactor
        self._ask = ask
        self._environ = os.environ if environ is None else environ
        self._command_timeout = command_timeout
        self._keyring = keyring
        self._keyring_timeout = keyring_timeout
        self._secrets: dict[_Key, Secret] = {}
        self._tasks: dict[_Key, asyncio.Task[Secret]] = {}
        self._commands = asyncio.Semaphore(MAX_COMMANDS)
        self._one_question = asyncio.Lock()
        self._own_variables: set[str] = set()

    def __repr__(self) -> str:
        return f"<secret store of {len(self._secrets)}>"

    async def resolve(self, reference: Reference, *, what: str) -> Secret:
        """Return the secret of a reference; `what` names its use, as in "token_secret of account acme-blue".

        Raise SecretMissingError with the reference, the reason and what to do.
        """
        if reference.value is not None:
            self._redactor.add(reference.value)
            return reference.value
        # Two prompts ask for two different secrets.
        key = (reference.scheme, reference.body, what if reference.scheme is Scheme.PROMPT else "")
        if key in self._secrets:
            return self._secrets[key]
        task = self._tasks.get(key)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = asyncio.create_task(self._fetch(key, reference, what))
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._forget_task(key, done))
        try:
            # One caller's cancellation must not cancel the fetch for the others.
            return await asyncio.shield(task)
        except SecretNotFoundError as missing:
            error = missing.to_error(reference, what)
        raise error

    def hold_answer(self, what: str, secret: Secret) -> None:
        """Answer the `prompt:` for `what` with a secret the user gave already, until `forget_answer`."""
        self._redactor.add(secret)
        self._secrets[(Scheme.PROMPT, "", what)] = secret

    def forget_answer(self, what: str) -> None:
        """Forget the answer to the `prompt:` for `what`; the next use asks again."""
        self._secrets.pop((Scheme.PROMPT, "", what), None)

    def copy_answers(self, other: SecretStore) -> None:
        """Copy the answers given to another store, so that nobody is asked twice."""
        self._secrets |= {key: secret for key, secret in other._secrets.items() if key[0] is Scheme.PROMPT}

    def _forget_task(self, key: _Key, task: asyncio.Task[Secret]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled():
            task.exception()

    async def _fetch(self, key: _Key, reference: Reference, what: str) -> Secret:
        body = reference.body
        match reference.scheme:
            case Scheme.ENV:
                text = read_environment(body, self._environ)
                self._own_variables.add(body)
            case Scheme.FILE:
                text = await asyncio.to_thread(read_file, body)
            case Scheme.CMD:
                text = await self._run_command(body)
            case Scheme.KEYRING:
                text = await self._read_keyring(body)
            case _:
                text = await self._ask_user(what)
        secret = Secret(text)
        self._redactor.add(secret)
        self._secrets[key] = secret
        return secret

    async def _run_command(self, body: str) -> str:
        environ = {name: value for name, value in self._environ.items() if name not in self._own_variables}
        async with self._commands:
            try:
                return await run_password_command(
                    shlex.split(body),
                    environ=environ,
                    deadline=self._command_timeout,
                    interactive=self._ask is not None,
                )
            except CommandFailedError as error:
                for line in error.output.splitlines():
                    self._redactor.add(line)
                excerpt = printable(" ".join(self._redactor.redact(error.stderr).split()), 200)
                raise SecretNotFoundError(
                    error.reason + (f"; its error output: {excerpt}" if excerpt else ""),
                    "Run the command by hand: it must print the secret as its first line and exit with 0.",
                ) from None

    async def _read_keyring(self, body: str) -> str:
        service, _, user = body.partition("/")
        try:
            async with asyncio.timeout(self._keyring_timeout):
                return await _run_in_thread(lambda: self._keyring(service, user))
        except TimeoutError:
            raise SecretNotFoundError(
                f"the keyring did not answer within {self._keyring_timeout:g} s",
                "Unlock the keyring, or use file: or cmd: where there is no desktop session.",
            ) from None

    async def _ask_user(self, what: str) -> str:
        ask = self._ask
        if ask is None:
            raise SecretNotFoundError(
                "there is no terminal to ask at", "Run it on a terminal, or use env:, file: or cmd: instead."
            )
        async with self._one_question:
            try:
                answer = await _run_in_thread(lambda: ask(f"{what}: "))
            except EOFError:
                answer = ""
        if not answer:
            raise SecretNotFoundError("nothing was typed", "Run it again and type the secret.")
        return answer


async def _run_in_thread(work: Callable[[], str]) -> str:
    """Run a call that may block forever in a daemon thread, which does not delay the exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()

    def finish(result: str | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result or "")

    def run() -> None:
        result: str | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except (KeyboardInterrupt, StopIteration):
            failure = EOFError()
        except Exception as error:
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, result, failure)

    threading.Thread(target=run, name="smtptui-secret", daemon=True).start()
    return await future
