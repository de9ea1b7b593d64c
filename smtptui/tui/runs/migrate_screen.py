"""Choose what is copied from where to where."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.sync.plan import Plan
from smtptui.tui.runs.request_screen import RequestRow, RequestScreen
from smtptui.tui.shell.drafts import DraftKey
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import PlainInput

FILE = "file:"
COPY, PRUNE = "copy", "prune"


class MigrateScreen(RequestScreen):
    """`picked` credentials become selectors; `source` is chosen at first."""

    HEADING = "Migrate credentials: nothing is done before you have seen the plan"
    DRAFT_TITLE = "Migrate"

    def __init__(self, picked: Sequence[Credential], source: str | None) -> None:
        super().__init__()
        self._picked, self._source = picked, source

    @property
    def draft_key(self) -> DraftKey:
        return (self.DRAFT_TITLE, self._source or "", *(item.address for item in self._picked))

    def build_rows(self) -> Sequence[RequestRow]:
        uses = self.services.uses
        names = [(name, printable(name, 40)) for name in uses.account_names]
        sources = [*((name, f"{words} ({uses.capabilities(name).title})") for name, words in names)]
        sources.append((FILE, "a file"))
        source = self._source or sources[0][0]
        targets = [(name, f"{words}{self._format_target(name)}") for name, words in names]
        targets.append((FILE, "a file"))
        able = (name for name, _ in targets if name != source and not self.create_refusal(name))
        selectors = " ".join(shlex.quote(item.address) for item in self._picked)
        doing = [(COPY, "copy to the target, and verify there"), (PRUNE, "remove from the source what is verified at the target")]  # fmt: skip
        return [
            RequestRow("Source", ChoiceField(sources, source, classes="editor"), "Where they are now; ← → choose. It is only read.", id="source"),
            RequestRow("Source file", PlainInput("", classes="editor"), "The path of a TOML file of credentials.", id="source-file"),
            RequestRow("Target", ChoiceField(targets, next(able, FILE), classes="editor"), "Where they are to be stored; ← → choose.", id="target"),
            RequestRow("Target file", PlainInput("", classes="editor"), "The path of a TOML file; it is made where there is none.", id="target-file"),
            RequestRow("Only these", PlainInput(selectors, classes="editor"), "Selectors as on the command line: ACCOUNT/ID, host=smtp.*, status=verified. Empty takes all.", id="selectors"),
            RequestRow("Password from", PlainInput("", classes="editor"), "Optional: one reference for all, env:NAME, file:PATH, cmd:…, keyring:…", id="password-from"),
            RequestRow("To do", ChoiceField(doing, COPY, classes="editor"), "Removing plans deletions at the source, and only those.", id="doing"),
        ]  # fmt: skip

    def _format_target(self, account: str) -> str:
        reason = self.create_refusal(account)
        return f" ({reason})" if reason else f" ({self.services.uses.capabilities(account).title})"

    def create_refusal(self, account: str) -> str:
        """The reason why nothing can be stored in an account; empty when it can."""
        if account == FILE:
            return ""
        if self.services.uses.read_only(account):
            return "read-only"
        capabilities = self.services.uses.capabilities(account)
        return (
            "" if capabilities.can(ProviderOperation.CREATE) else f"{capabilities.title} has no way to create"
        )

    def update_rows(self) -> None:
        for side in ("source", "target"):
            self.row(f"{side}-file").display = self.row(side).text == FILE

    def _endpoint(self, side: str) -> str:
        chosen = self.row(side).text
        if chosen != FILE:
            return chosen
        path = self.row(f"{side}-file").text
        return path if path.startswith(FILE) else FILE + path

    def find_problem(self) -> tuple[str, str] | None:
        source, target = self._endpoint("source"), self._endpoint("target")
        for side, name in (("source-file", source), ("target-file", target)):
            if name == FILE:
                return side, "Type the path of the file."
        if source == target:
            return "target", f"{printable(target, 60)} is source and target at once: choose another target."
        pruning = self.row("doing").text == PRUNE
        written = source if pruning else target
        if written in self.services.uses.account_names:
            if pruning and self.services.uses.read_only(written):
                return "source", f"{printable(written, 60)} is read-only."
            if not pruning and (reason := self.create_refusal(written)):
                return "target", f"Nothing can be stored in {printable(written, 60)}: {reason}."
        try:
            shlex.split(self.row("selectors").text)
        except ValueError:
            return "selectors", "The quotes do not close."
        return None

    async def request_plan(self) -> None:
        from smtptui.tui.runs.migration_controller import MigrationController
        from smtptui.workspace.plans.migrations import PlanRequest

        given = self.row("password-from").text or None
        request = PlanRequest(
            source=self._endpoint("source"),
            target=self._endpoint("target"),
            selectors=tuple(shlex.split(self.row("selectors").text)),
            prune=self.row("doing").text == PRUNE,
        )

        async def make(password_from: str | None) -> Plan:
            from dataclasses import replace

            wanted = replace(request, password_from=password_from or given)
            return await self.services.uses.plan_migration(wanted)

        await self.services.controller(MigrationController).show_plan(make)
