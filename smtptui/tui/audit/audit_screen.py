"""The audit screen: totals, ages of verifications, and the findings with their fixes a key away."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from smtptui.audit.ages import format_bars
from smtptui.audit.findings import SEVERITIES, AuditFinding
from smtptui.audit.report import AuditReport
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.errors import format_error_summary
from smtptui.presentation.values import format_count
from smtptui.tui.actions import ActionContext, bindings_of
from smtptui.tui.audit.finding_list import FindingLine, FindingList
from smtptui.tui.credentials.columns import display_label, fit
from smtptui.tui.credentials.credential_store import RowChange
from smtptui.tui.credentials.row import Key
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.jobs.operation_runner import run_operation
from smtptui.tui.shell.base import ActionScreen
from smtptui.workspace.audit.audit import AuditEvent, AuditProgress, NotAudited
from smtptui.workspace.core.operation import Operation

REPAINT_SECONDS = 0.2
"""Findings that arrive within this time are painted together."""
AGAIN_SECONDS = 0.5
"""Changes that come within this time are audited together."""

BAR = 14
NUMBERED = 24
"""What stands before a bar: the label, the number and the blanks between."""
TRENDS = 8


class AuditScreen(ActionScreen):
    """Opens on what was read last time, at once; reading the accounts again is asked for."""

    SCOPE = "audit"
    BINDINGS = bindings_of("audit")

    def __init__(self) -> None:
        super().__init__()
        self._report: AuditReport | None = None
        self._findings: list[AuditFinding] = []
        self._credentials = 0
        self._by_account = False
        self._is_auditing = False
        self._repaint_due = False
        self._audit_due = False

    def compose(self) -> ComposeResult:
        yield Static("", id="title", classes="bar", markup=False)
        yield Static("", id="audit-ages", markup=False)
        yield FindingList(self._format_name)
        yield Static("", id="audit-finding", markup=False)
        yield Static("", id="status", classes="bar", markup=False)
        yield from self.compose_frame()

    def on_resize(self) -> None:
        self._paint()

    def on_mount(self) -> None:
        self._list.focus()
        self.services.show_status()
        self._start(cached=True)

    @property
    def _list(self) -> FindingList:
        return self.query_one(FindingList)

    @property
    def current(self) -> Credential | None:
        finding = self._list.current if self.is_composed else None
        return self._credential(finding) if finding else None

    def action_context(self) -> ActionContext:
        return self.context_for(self.current)._replace(
            shown=int(self.current is not None),
            reasons={
                "refresh": "the accounts are being read already" if self._is_auditing else "",
                "verify_many": self.verify_read_only_reason(
                    lambda: (item.account for item in self._credentials_of_rule())
                ),
            },
        )

    def _credential(self, finding: AuditFinding) -> Credential | None:
        if finding.account is None or finding.id is None:
            return None
        return self.services.credentials.find((finding.account, finding.id))

    def _format_name(self, finding: AuditFinding) -> str:
        known = self._credential(finding)
        if known is not None:
            return f"{known.account}/{display_label(known)}"
        return "/".join(part for part in (finding.account, finding.id) if part) or "configuration"

    # Auditing

    def _start(self, *, cached: bool) -> None:
        self._is_auditing = True
        self._credentials = 0
        self._list.empty_text = "Looking at the credentials…"
        self._paint()
        self.services.launch(self._audit(cached=cached), group="audit")

    async def _audit(self, *, cached: bool) -> None:
        from smtptui.workspace.audit.audit import audit

        services = self.services
        workspace = services.workspace
        # An audit of the last listing finds nothing new, and is not recorded.
        operation = Operation(
            lambda is_held: audit(workspace, workspace.select([]), cached=cached, keep=not cached)
        )
        title = f"Audit {'of the last listing' if cached else 'of all accounts'}"
        job = services.jobs.add(title, JobKind.AUDIT, operation)
        job.retry = self._retry
        # The findings of before stay until the new ones are complete, so that the cursor keeps its line.
        found: list[AuditFinding] = []
        is_first = not self._findings

        async def handle(event: AuditEvent) -> None:
            nonlocal found
            if isinstance(event, AuditProgress):
                is_first_finding = bool(event.findings) and not found
                found += event.findings
                self._credentials = operation.done = event.credentials
                if is_first:
                    self._findings = found
                if is_first and is_first_finding:
                    await self._wait_until_painted()
            elif isinstance(event, NotAudited):
                services.notify_error(event.error)
                job.log(format_error_summary(event.error))
            else:
                self._report = event
                self._findings = found = list(event.findings)
            self._paint_soon()

        def finish() -> None:
            operation.total = operation.done

        try:
            await run_operation(
                services,
                job,
                handle,
                summarize=lambda: format_count(len(found), "finding"),
                finish=finish,
                can_cut=True,
            )
        finally:
            self._is_auditing = False
            self._paint()

    def credentials_changed(self, change: RowChange, key: Key | None) -> None:
        if change in (RowChange.UPDATED, RowChange.REMOVED):
            self._schedule_audit()

    def _schedule_audit(self) -> None:
        """Audit again what is known now, once for many changes."""
        if not self._audit_due:
            self._audit_due = True
            self.set_timer(AGAIN_SECONDS, self._audit_again)

    def _audit_again(self) -> None:
        self._audit_due = False
        if self._is_auditing or self.services.jobs.is_active(JobKind.VERIFICATION):
            # Audit once after many verifications, not after each.
            self._schedule_audit()
        elif self.is_attached:
            self._start(cached=True)

    def _retry(self) -> None:
        if not self.is_attached:
            self.services.open_audit()
        elif not self._is_auditing:
            self._start(cached=False)

    async def _wait_until_painted(self) -> None:
        """Paint, and go on once it is on the screen: however much there is, the first findings come at once."""
        if self.is_composed and self.is_attached:
            painted = asyncio.Event()
            self._paint()
            self.call_after_refresh(painted.set)
            # A screen that is left meanwhile is never painted.
            with suppress(TimeoutError):
                await asyncio.wait_for(painted.wait(), REPAINT_SECONDS)

    def _paint_soon(self) -> None:
        if not self._repaint_due and self.is_composed:
            self._repaint_due = True
            self.set_timer(REPAINT_SECONDS, self._paint)

    # What is shown

    def _paint(self) -> None:
        self._repaint_due = False
        if not self.is_composed or not self.is_attached:
            return
        report = None if self._is_auditing else self._report
        if report is not None:
            self._list.empty_text = "No findings in the audited credentials."
        self._list.show(self._lines())
        self.query_one("#title", Static).update(Text(self._title(report), no_wrap=True, overflow="ellipsis"))
        self.query_one("#audit-ages", Static).update(Text(self._overview(), no_wrap=True, overflow="crop"))
        self.refresh_hints()

    def _title(self, report: AuditReport | None) -> str:
        if report is None:
            return f"Audit · running… {format_count(self._credentials, 'credential')}"
        counts = report.count_severities()
        told = [f"{number} {word}" + ("s" if number != 1 and word != "info" else "") for word, number in counts.items()]  # fmt: skip
        parts = ["Audit", format_count(report.credentials, "credential"), *told]
        if report.suppressed:
            parts.append(f"{report.suppressed} suppressed")
        return " · ".join(parts)

    def _overview(self) -> str:
        """The ages in two columns, and the trend below."""
        if self._report is None:
            return "\n" * 4
        bar = max(0, min(BAR, self.size.width // 2 - NUMBERED - 1))
        lines = format_bars(self._report.ages, bar)
        half = (len(lines) + 1) // 2
        rows = [
            f" {fit(left, NUMBERED + bar)} {right}".rstrip()
            for left, right in zip(lines[:half], [*lines[half:], ""], strict=False)
        ]
        trend = [
            "/".join(str(past.counts.get(str(severity), 0)) for severity in SEVERITIES)
            for past in self._report.trend[-TRENDS:]
        ]
        now = "/".join(map(str, self._report.count_severities().values()))
        key = self.services.keymap.key_of("audit", "refresh")
        before = "  ".join(trend) or f"none recorded ({key} records one)"
        rows.append(f" Errors/warnings/info: now {now}, before {before}")
        unread = [item.account for item in self._report.coverage if item.error or not item.complete]
        if unread:
            rows.append(f" Partly audited: {', '.join(printable(name, 30) for name in unread)}")
        return "\n".join(rows)

    def _lines(self) -> list[FindingLine]:
        groups: dict[str, list[AuditFinding]] = {}
        if not self._by_account:
            groups = {str(severity): [] for severity in SEVERITIES}
        for finding in self._findings:
            word = "resolved" if finding.change == "resolved" else finding.severity
            key = (finding.account or "configuration") if self._by_account else word
            groups.setdefault(key, []).append(finding)
        lines: list[FindingLine] = []
        for key, found in groups.items():
            if found:
                heading = printable(key, 60) if self._by_account else key.upper()
                lines.append(FindingLine(f"{heading} ({len(found)})"))
                lines += [FindingLine(finding=finding) for finding in found]
        return lines

    @on(FindingList.Moved)
    def _cursor_moved(self) -> None:
        finding = self._list.current
        text = Text()
        if finding is not None:
            change = "" if finding.change == "still" else f" ({finding.change})"
            text.append(f"{finding.severity}{change}: {printable(finding.message, 400)}\n")
            text.append(printable(finding.remedy, 300), style="dim")
        self.query_one("#audit-finding", Static).update(text)
        self.refresh_hints()

    # What is done

    def do_down(self) -> None:
        self._list.move(1)

    def do_up(self) -> None:
        self._list.move(-1)

    def do_page_down(self) -> None:
        self._list.move(self._list.page)

    def do_page_up(self) -> None:
        self._list.move(-self._list.page)

    def do_first(self) -> None:
        self._list.go(0)

    def do_last(self) -> None:
        self._list.go(len(self._list.lines), -1)

    def do_open(self) -> None:
        credential = self.current
        assert credential is not None
        self.services.open_detail(credential)

    def do_edit(self) -> None:
        from smtptui.tui.credentials.form.edit_controller import EditController

        credential = self.current
        assert credential is not None
        self.services.controller(EditController).edit(credential)

    def do_verify(self) -> None:
        from smtptui.tui.verification.verify_controller import VerifyController

        credential = self.current
        assert credential is not None
        self.services.controller(VerifyController).start([credential])

    def _credentials_of_rule(self) -> list[Credential]:
        """The credentials of the findings of the current rule: what one verifies together."""
        current = self._list.current if self.is_composed else None
        if current is None:
            return []
        same = [finding for finding in self._findings if finding.rule == current.rule]
        return [item for finding in same if (item := self._credential(finding)) is not None]

    def do_verify_many(self) -> None:
        from smtptui.tui.verification.verify_controller import VerifyController

        if self.services.jobs.is_active(JobKind.VERIFICATION):
            self.services.controller(VerifyController).show()
            return
        self.services.controller(VerifyController).start(self._credentials_of_rule(), show=True)

    def do_group(self) -> None:
        self._by_account = not self._by_account
        self._paint()

    def do_refresh(self) -> None:
        self._start(cached=False)

    def do_jobs(self) -> None:
        self.services.show_jobs()

    def do_messages(self) -> None:
        self.services.show_messages()

    def do_back(self) -> None:
        self.dismiss(None)
