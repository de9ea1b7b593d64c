"""Checks the logins of accounts concurrently, and reports each as it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.worker import Worker

from smtptui.model.display import printable
from smtptui.presentation.accounts import format_check
from smtptui.presentation.errors import format_error
from smtptui.presentation.values import format_count
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.jobs.operation_runner import run_operation
from smtptui.tui.shell.notices import Level, Notice
from smtptui.workspace.accounts.check import AccountChecked
from smtptui.workspace.core.operation import Operation

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
            self.results[name] = CheckState("checking…", self._services.now())
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
        from smtptui.workspace.accounts.check import check_accounts

        names, failed = list(before), list[str]()
        services = self._services
        operation = Operation(lambda is_held: check_accounts(services.workspace, names), total=len(names))
        job = services.jobs.add(f"Check {format_count(len(names), 'account')}", JobKind.CHECK, operation)

        def retry() -> None:
            job.retry = None
            self.start(failed)

        def handle(event: AccountChecked) -> None:
            if event.error is not None:
                failed.append(event.account)
                job.has_failures = True
            self._handle_checked(event)
            job.log(f"{printable(event.account, 60)}: {self.results[event.account].word}")
            self._changed()

        def summarize() -> str:
            key = services.keymap.key_of("accounts", "cancel")
            return f"{operation.done}/{len(names)}; {format_count(len(failed), 'login')} not good; {key} stops it"

        def finish() -> None:
            self._worker = None
            for name, known in before.items():
                if self.results[name].result is None:
                    self.results.pop(name)
                    if known is not None:
                        self.results[name] = known

        job.retry = retry
        try:
            await run_operation(
                services, job, handle, activity="Checking", summarize=summarize, finish=finish, can_cut=True
            )
        finally:
            done = operation.done
            rest = f", {len(names) - done} not" if done < len(names) else ""
            text = f"{format_count(done, 'account')} checked{rest}; {done - len(failed)} good, {len(failed)} not."
            services.notify([text], Level.WARNING if failed else Level.INFO)
            self._changed()

    def _handle_checked(self, event: AccountChecked) -> None:
        now, name = self._services.now(), printable(event.account, 60)
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
