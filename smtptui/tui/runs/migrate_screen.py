"""The form of a migration: what is copied from where to where."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from smtptui.model.address import FILE_PREFIX
from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.sync.plan import Plan
from smtptui.tui.runs.planning import MakePlan
from smtptui.tui.runs.request_screen import RequestRow, RequestScreen
from smtptui.tui.shell.drafts import DraftKey
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import PlainInput

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
        workspace = self.services.workspace
        names = [(name, printable(name, 40)) for name in workspace.account_names]
        file = (FILE_PREFIX, "a file")
        sources = [(name, f"{text} ({workspace.capabilities(name).title})") for name, text in names] + [file]
        source = self._source or sources[0][0]
        targets = [(name, f"{text}{self._format_target(name)}") for name, text in names] + [file]
        usable = (name for name, _ in targets if name != source and not self._create_refusal(name))
        target = next(usable, FILE_PREFIX)
        selectors = " ".join(shlex.quote(item.address) for item in self._picked)
        tasks = [
            (COPY, "copy to the target, and verify there"),
            (PRUNE, "remove from the source what is verified at the target"),
        ]
        return [
            RequestRow("Source", ChoiceField(sources, source, classes="editor"), "Where they are now; ← → choose. It is only read.", id="source"),
            RequestRow("Source file", PlainInput("", classes="editor"), "The path of a TOML file of credentials.", id="source-file"),
            RequestRow("Target", ChoiceField(targets, target, classes="editor"), "Where they are to be stored; ← → choose.", id="target"),
            RequestRow("Target file", PlainInput("", classes="editor"), "The path of a TOML file; it is created where there is none.", id="target-file"),
            RequestRow("Only these", PlainInput(selectors, classes="editor"), "Selectors as on the command line: ACCOUNT/ID, host=smtp.*, status=verified. Empty takes all.", id="selectors"),
            RequestRow("Password from", PlainInput("", classes="editor"), "Optional: one reference for all, env:NAME, file:PATH, cmd:…, keyring:…", id="password-from"),
            RequestRow("To do", ChoiceField(tasks, COPY, classes="editor"), "Removing plans deletions at the source, and only those.", id="doing"),
        ]  # fmt: skip

    def _format_target(self, account: str) -> str:
        return f" ({self._create_refusal(account) or self.services.workspace.capabilities(account).title})"

    def _create_refusal(self, account: str) -> str:
        """Return the reason why nothing can be created in an account; empty when it can."""
        if account == FILE_PREFIX:
            return ""
        if self.services.workspace.is_read_only(account):
            return "read-only"
        capabilities = self.services.workspace.capabilities(account)
        return (
            "" if capabilities.can(ProviderOperation.CREATE) else f"{capabilities.title} has no way to create"
        )

    def update_rows(self) -> None:
        for side in ("source", "target"):
            self.row(f"{side}-file").display = self.row(side).text == FILE_PREFIX

    def _endpoint(self, side: str) -> str:
        chosen = self.row(side).text
        if chosen != FILE_PREFIX:
            return chosen
        return FILE_PREFIX + self.row(f"{side}-file").text.removeprefix(FILE_PREFIX)

    def find_problem(self) -> tuple[str, str] | None:
        workspace = self.services.workspace
        source, target = self._endpoint("source"), self._endpoint("target")
        for row, name in (("source-file", source), ("target-file", target)):
            if name == FILE_PREFIX:
                return row, "Type the path of the file."
        if source == target:
            return "target", f"{printable(target, 60)} is both source and target: choose another target."
        is_prune = self.row("doing").text == PRUNE
        written = source if is_prune else target
        if written in workspace.account_names:
            if is_prune and workspace.is_read_only(written):
                return "source", f"{printable(written, 60)} is read-only."
            if not is_prune and (reason := self._create_refusal(written)):
                return "target", f"Nothing can be stored in {printable(written, 60)}: {reason}."
        try:
            shlex.split(self.row("selectors").text)
        except ValueError:
            return "selectors", "A quotation mark is not closed."
        return None

    async def prepare_plan(self) -> MakePlan:
        from smtptui.workspace.plans.migrations import PlanRequest, plan_migration

        workspace = self.services.workspace
        request = PlanRequest(
            source=self._endpoint("source"),
            target=self._endpoint("target"),
            selectors=tuple(shlex.split(self.row("selectors").text)),
            prune=self.row("doing").text == PRUNE,
            password_from=self.row("password-from").text or None,
        )

        async def make(password_from: str | None) -> Plan:
            wanted = replace(request, password_from=password_from) if password_from else request
            return await plan_migration(workspace, wanted)

        return make
