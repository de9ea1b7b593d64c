"""Audit credentials: feed live listings or snapshots to the rules, and compare with the last audit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias, cast

from smtptui.audit.auditor import Auditor
from smtptui.audit.facts import (
    AccountFacts,
    ListingFacts,
    Subject,
    subject_from_credential,
    subject_from_json,
)
from smtptui.audit.findings import SEVERITIES, AuditFinding, Severity
from smtptui.audit.history import AuditHistory
from smtptui.audit.report import AccountCoverage, AuditReport, PastAudit
from smtptui.audit.suppressions import ParsedSuppression, Suppressions
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError, UsageError
from smtptui.model.nearest import suggest
from smtptui.model.selector import SelectorQuery, parse_selectors
from smtptui.model.timestamps import format_timestamp, parse_duration
from smtptui.secrets.reference import Reference, Scheme
from smtptui.state.audits import AuditRecord
from smtptui.state.snapshots import read_bodies
from smtptui.state.verdicts import VerdictRecord
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead
from smtptui.workspace.credentials.list import NEVER_LISTED, list_credentials
from smtptui.workspace.verification.probe_opinions import ProbeOpinions

TREND_LENGTH = 20
"""Number of earlier audits in a report."""


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """Credentials were audited; `credentials` counts them so far."""

    credentials: int
    findings: Sequence[AuditFinding]


@dataclass(frozen=True, slots=True)
class NotAudited:
    """A requested address that does not exist, or an account that could not be read."""

    error: SmtptuiError


AuditEvent: TypeAlias = AuditProgress | NotAudited | AuditReport


def parse_severity(text: str) -> Severity:
    """Return the severity of this name. Raises UsageError that suggests the nearest one."""
    try:
        return Severity(text)
    except ValueError:
        names = [str(item) for item in SEVERITIES]
        raise UsageError(f"There is no severity {text!r}.", hint=suggest(text, names)) from None


def parse_age(text: str) -> timedelta:
    """Parse a duration such as 30d. Raises UsageError."""
    try:
        return parse_duration(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is not a valid age.",
            hint="Use a number and a unit (s m h d w y), for example 30d, 12h or 2w.",
        ) from None


async def audit(
    ws: Workspace,
    query: SelectorQuery,
    *,
    cached: bool = False,
    max_age: timedelta | None = None,
    keep: bool = True,
) -> AsyncGenerator[AuditEvent, None]:
    """Audit the selected credentials; the last event is the AuditReport.

    `cached` audits the last snapshots without the network. `max_age` overrides that of the account and of `[audit]`.
    With `keep` the result is saved, and the next audit of the same selection is compared with it.
    """
    now = ws.now()
    scope = _scope_key(ws, query)
    last = ws.state.audits.find_last(scope)
    history = AuditHistory(last.findings if last else None)
    suppressions = Suppressions(_parse_suppressions(ws), now)
    auditor = Auditor(suppressions, history)
    names = ws.selected_accounts(query)
    facts = {name: _collect_facts(ws, name, max_age) for name in names}
    listings = {name: ListingFacts(whole=not _is_filtered(query, name)) for name in names}
    coverage: dict[str, AccountCoverage] = {}
    events = (
        _read_snapshots(ws, names, query, keep_source=suppressions.has_selectors)
        if cached
        else _read_listing(ws, query)
    )
    async with aclosing(events) as pages:
        async for page in pages:
            if isinstance(page, NotAudited):
                yield page
                continue
            if isinstance(page, AccountRead):
                listing = listings[page.account]
                listing.complete, listing.error = page.complete, page.error is not None
                listing.clock_skew = None if cached else ws.clock_skew(page.account)
                coverage[page.account] = AccountCoverage(**cast(Any, page.to_json()))
                findings = auditor.check_account(facts[page.account], listing)
                if page.error is not None:
                    yield NotAudited(page.error)
            else:
                account, subjects = page
                findings = auditor.check_credentials(facts[account], listings[account], subjects)
            yield AuditProgress(sum(item.subjects for item in listings.values()), findings)
    yield AuditProgress(
        auditor.credentials, auditor.check_fleet(inline_passwords=_unassigned_inline_passwords(ws))
    )
    report = AuditReport(
        at=format_timestamp(now),
        findings=auditor.list_findings(names),
        coverage=[coverage[name] for name in names if name in coverage],
        ages=auditor.count_ages(),
        credentials=auditor.credentials,
        suppressed=suppressions.count,
        since=last.at if last else None,
        trend=[
            PastAudit(past.at, past.credentials, past.counts)
            for past in ws.state.audits.list_recent(scope, TREND_LENGTH)
        ],
    )
    if keep:
        _save_audit(ws, scope, report, history)
    yield report


def _save_audit(ws: Workspace, scope: str, report: AuditReport, history: AuditHistory) -> None:
    record = AuditRecord(report.at, report.credentials, report.count_severities(), history.to_saved())
    try:
        ws.state.audits.add(scope, record)
    except StateError as problem:
        ws.add_notice(
            f"{problem.message} This audit was not saved, so the next one cannot be compared with it."
        )


# Reading credentials

_Page: TypeAlias = tuple[str, Iterable[Subject]]


async def _read_listing(
    ws: Workspace, query: SelectorQuery, *, cached: bool = False
) -> AsyncGenerator[_Page | AccountRead | NotAudited, None]:
    verdicts: dict[str, Mapping[str, VerdictRecord]] = {}
    async with aclosing(list_credentials(ws, query, cached=cached)) as events:
        async for event in events:
            if isinstance(event, CredentialsRead):
                name = event.account
                if name not in verdicts:
                    verdicts[name] = ws.state.verdicts.latest_by_id(name)
                yield name, [_build_subject(item, verdicts[name]) for item in event.credentials]
            elif isinstance(event, ItemFailed):
                yield NotAudited(event.error)
            elif isinstance(event, AccountRead):
                yield event


async def _read_snapshots(
    ws: Workspace, names: Sequence[str], query: SelectorQuery, *, keep_source: bool
) -> AsyncGenerator[_Page | AccountRead | NotAudited, None]:
    """Yield the snapshots page by page. Credentials are built only where a verdict or a selector needs them."""
    for name in names:
        if _is_filtered(query, name):
            async for page in _read_listing(ws, _limit_to_account(query, name), cached=True):
                yield page
            continue
        snapshot = ws.state.find_snapshot(name)
        if snapshot is None:
            yield AccountRead(name, ws.provider_of(name), False, 0, note=NEVER_LISTED)
            continue
        verdicts = ws.state.verdicts.latest_by_id(name)
        opinions = ProbeOpinions(ws, name)
        for bodies in read_bodies(ws.state.database, snapshot):
            yield name, _build_subjects(bodies, verdicts, opinions, keep_source)
            await asyncio.sleep(0)
        yield AccountRead(
            name,
            ws.provider_of(name),
            snapshot.complete,
            snapshot.rows,
            stale_since=snapshot.read_at,
            note=snapshot.note,
        )


def _limit_to_account(query: SelectorQuery, name: str) -> SelectorQuery:
    return SelectorQuery(
        frozenset({name}) if name in query.accounts or not query.named_accounts else frozenset(),
        frozenset(address for address in query.addresses if address[0] == name),
        query.filters,
    )


def _build_subjects(
    bodies: Sequence[Mapping[str, Any]],
    verdicts: Mapping[str, VerdictRecord],
    opinions: ProbeOpinions,
    keep_source: bool,
) -> Iterator[Subject]:
    for body in bodies:
        if verdicts and body["id"] in verdicts:
            (credential,) = opinions.attach([Credential.from_json(body)])
            yield _build_subject(credential, verdicts)
        else:
            yield subject_from_json(body, keep_source=keep_source)


def _build_subject(credential: Credential, verdicts: Mapping[str, VerdictRecord]) -> Subject:
    verdict = verdicts.get(credential.id)
    if verdict is None or credential.verification.probe.outdated:
        return subject_from_credential(credential)
    tls = verdict.body.get("tls")
    certificate = tls.get("certificate") if isinstance(tls, Mapping) else None
    ends = certificate.get("not_after") if isinstance(certificate, Mapping) else None
    return subject_from_credential(credential, ends if isinstance(ends, str) else None)


# Facts known before reading


def _collect_facts(ws: Workspace, name: str, max_age: timedelta | None) -> AccountFacts:
    config = ws.account_config(name)
    inline = [
        setting
        for setting, value in config.settings.items()
        if isinstance(value, Reference) and value.scheme is Scheme.INLINE
    ]
    inline += [f'[passwords] "{key}"' for key in _inline_passwords(ws) if key.partition("/")[0] == name]
    return AccountFacts(
        name=name,
        capabilities=ws.capabilities(name),
        now=ws.now(),
        max_age=max_age if max_age is not None else parse_duration(config.max_age or ws.config.audit.max_age),
        read_only=config.read_only,
        inline_secrets=tuple(inline),
    )


def _inline_passwords(ws: Workspace) -> Iterator[str]:
    for key, reference in ws.config.passwords.items():
        if reference.scheme is Scheme.INLINE:
            yield key


def _unassigned_inline_passwords(ws: Workspace) -> tuple[str, ...]:
    """Return the plain-text entries of [passwords] for USER@HOST, which belong to no account."""
    return tuple(
        f'"{key}"' for key in _inline_passwords(ws) if key.partition("/")[0] not in ws.config.accounts
    )


def _parse_suppressions(ws: Workspace) -> Iterator[ParsedSuppression]:
    for item in ws.config.audit.suppress:
        yield ParsedSuppression(
            rule=item.rule,
            query=parse_selectors([item.selector], ws.config.accounts) if item.selector else None,
            selector=item.selector,
            reason=item.reason,
            until=date.fromisoformat(item.until) if item.until else None,
        )


def _is_filtered(query: SelectorQuery, account: str) -> bool:
    """Whether the query may leave out credentials of an account that it selects."""
    if any(item.key not in ("account", "provider") for item in query.filters):
        return True
    return bool(query.named_accounts) and account not in query.accounts


def _scope_key(ws: Workspace, query: SelectorQuery) -> str:
    """Return a key that is the same for the same selection, whatever the order of its parts."""
    accounts = set(query.accounts)
    if set(ws.account_names) != set(ws.config.accounts) and not query.named_accounts:
        accounts |= set(ws.account_names)
    parts = [
        sorted(accounts),
        sorted(query.addresses),
        sorted([item.key, item.operator, item.value] for item in query.filters),
    ]
    return json.dumps(parts) if any(parts) else ""
