"""Ask accounts whether their login is good: side by side, in the background, and told one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from textual.worker import Worker

from smtptui.model.display import printable
from smtptui.presentation.accounts import format_check
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.jobs.job_board import JobState
from smtptui.tui.shell.notices import Level, Notice
from smtptui.workspace.accounts.check import AccountChecked

if TYPE_CHECKING:
    from smtptui.tui.shell.services import Services


@dataclass(frozen=True, slots=True)
class CheckState:
    """A check in a word. `found` is None while there is no answer; `at` is when it came, or the check began."""

    word: str
    at: datetime
    result: AccountChecked | None = None


class AccountChecks:
    """`known` holds what the last check of each account found. `changed` is called whenever that differs."""

    def __init__(self, services: Services, changed: Callable[[], None]) -> None:
        self._services = services
        self._changed = changed
        self.results: dict[str, CheckState] = {}
        self._worker: Worker[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    def start(self, names: Sequence[str]) -> None:
        """Ask the providers of these accounts."""
        if self.is_running:
            return
        before = {name: self.results.get(name) for name in names}
        for name in names:
            self.results[name] = CheckState("checking…", self._services.uses.now())
        self._worker = self._services.launch(self._check(before), group="check")
        self._changed()

    def cancel(self) -> None:
        """Ask no further: nothing is changed by a check, so it is cut."""
        if self._worker is not None:
            self._worker.cancel()

    def forget(self, names: Sequence[str]) -> None:
        """What was found of these says nothing any more."""
        for name in names:
            self.results.pop(name, None)

    async def _check(self, before: dict[str, CheckState | None]) -> None:
        names, failed = list(before), list[str]()
        entry = self._services.jobs.begin(f"Check {format_count(len(names), 'account')}", len(names))
        entry.cancel = self.cancel

        def again() -> None:
            entry.retry = None
            self.start(failed)

        entry.retry = again
        stops = f"{self._services.keymap.key_of('accounts', 'cancel')} stops it"
        done, state = 0, JobState.FAILED
        try:
            self._services.notify([f"Checking 0/{len(names)}; {stops}"], keep=False)
            async with aclosing(cast(Any, self._services.uses.check_accounts(names))) as events:
                async for event in events:
                    done += 1
                    if event.error is not None:
                        failed.append(event.account)
                    self._handle_checked(event)
                    entry.log(f"{printable(event.account, 60)}: {self.results[event.account].word}")
                    entry.set_progress(done, len(names), f"{format_count(len(failed), 'login')} not good")
                    self._services.notify([f"Checking {done}/{len(names)}; {stops}"], keep=False)
                    self._changed()
            state = JobState.FAILED if failed else JobState.DONE
        except asyncio.CancelledError:
            state = JobState.CANCELLED
            raise
        finally:
            self._worker = None
            for name, known in before.items():
                if self.results[name].result is None:
                    self.results.pop(name)
                    if known is not None:
                        self.results[name] = known
            if not failed:
                entry.retry = None
            entry.end(state)
            rest = f", {len(names) - done} not" if done < len(names) else ""
            told = f"{format_count(done, 'account')} checked{rest}; {done - len(failed)} good, {len(failed)} not."
            self._services.notify([told], Level.WARNING if failed else Level.INFO)
            self._changed()

    def _handle_checked(self, event: AccountChecked) -> None:
        now, name = self._services.uses.now(), printable(event.account, 60)
        if event.error is not None:
            word, level, lines = (
                f"✗ {printable(event.error.message, 200)}",
                Level.ERROR,
                format_error(event.error),
            )
        else:
            word, level, lines = "✓ login good", Level.INFO, format_check(event)
            lines = [f"{name}: {lines[0]}", *lines[1:]]
        self._services.notices.add(Notice(now, level, tuple(lines)))
        self.results[event.account] = CheckState(word, now, event)
