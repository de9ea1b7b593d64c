"""The audit: which credentials were verified when, and what else is wrong, over every account at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from smtptui.audit.examination import Examination
from smtptui.audit.facts import AccountFacts, Listing, Subject, subject_of, subject_of_json
from smtptui.audit.findings import SEVERITIES, Finding, Severity
from smtptui.audit.history import History
from smtptui.audit.report import Covered, Past, Report
from smtptui.audit.suppress import Suppression, Suppressions
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError, StateError, UsageError
from smtptui.model.nearest import suggestion
from smtptui.model.selector import Selection, parse_selectors
from smtptui.model.timestamps import duration, rfc3339
from smtptui.secrets.reference import Reference, Scheme
from smtptui.state.audits import KeptAudit
from smtptui.state.snapshots import bodies
from smtptui.state.verdicts import KeptVerdict
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import AccountRead, CredentialsRead, ItemFailed
from smtptui.workspace.credentials.list import list_credentials
from smtptui.workspace.verification.probe_opinions import SecondOpinions

TREND = 20
"""How many kept audits a report tells of."""


@dataclass(frozen=True, slots=True)
class Examined:
    """Credentials were looked at. `credentials` is how many in all so far."""

    credentials: int
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class NotThere:
    """An address that was asked for and is not there, or an account that could not be read."""

    error: SmtptuiError


AuditEvent: TypeAlias = Examined | NotThere | Report


def severity(text: str) -> Severity:
    """The severity of this name. Raises UsageError with the nearest one."""
    try:
        return Severity(text)
    except ValueError:
        names = [str(item) for item in SEVERITIES]
        raise UsageError(f"There is no severity {text!r}.", hint=suggestion(text, names)) from None


def age_limit(text: str) -> timedelta:
    """The duration a text such as 30d names. Raises UsageError."""
    try:
        return duration(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is not an age that can be used.",
            hint="Write 30d, 12h or 2w: a number and s m h d w y.",
        ) from None


async def audit(
    ws: Workspace,
    selection: Selection,
    *,
    cached: bool = False,
    max_age: timedelta | None = None,
    keep: bool = True,
) -> AsyncGenerator[AuditEvent, None]:
    """Look at every credential the selection picks; the last event is the Report.

    `cached` looks at the last snapshots and asks no provider. `max_age` stands before that of an account and of
    `[audit]`. With `keep` the outcome is kept: the next audit of the same selection compares itself with it.
    """
    now = ws.now()
    scope = _scope(ws, selection)
    last = ws.state.audits.last(scope)
    history = History(last.findings if last else None)
    suppressions = Suppressions(_suppressions(ws), now)
    examination = Examination(suppressions, history)
    names = ws.wanted_accounts(selection)
    facts = {name: _facts(ws, name, max_age) for name in names}
    listings = {name: Listing(whole=_whole(selection, name)) for name in names}
    coverage: dict[str, Covered] = {}
    events = (
        _snapshots(ws, names, selection, keep_source=suppressions.select) if cached else _live(ws, selection)
    )
    async with aclosing(events) as pages:
        async for page in pages:
            if isinstance(page, NotThere):
                yield page
                continue
            if isinstance(page, AccountRead):
                listing = listings[page.account]
                listing.complete, listing.error = page.complete, page.error is not None
                listing.clock_skew = None if cached else ws.clock_skew(page.account)
                coverage[page.account] = _covered(page)
                found = examination.end(facts[page.account], listing)
                if page.error is not None:
                    yield NotThere(page.error)
            else:
                account, subjects = page
                found = examination.look_at(facts[account], listings[account], subjects)
            yield Examined(sum(item.subjects for item in listings.values()), found)
    yield Examined(examination.credentials, examination.conclude(inline_passwords=_inline_elsewhere(ws)))
    report = Report(
        at=rfc3339(now),
        findings=examination.findings(names),
        coverage=[coverage[name] for name in names if name in coverage],
        ages=examination.ages(),
        credentials=examination.credentials,
        suppressed=suppressions.count,
        since=last.at if last else None,
        trend=[Past(kept.at, kept.credentials, kept.counts) for kept in ws.state.audits.trend(scope, TREND)],
    )
    if keep:
        _keep(ws, scope, report, history)
    yield report


def _keep(ws: Workspace, scope: str, report: Report, history: History) -> None:
    kept = KeptAudit(report.at, report.credentials, report.severities(), history.kept())
    try:
        ws.state.audits.keep(scope, kept)
    except StateError as problem:
        ws.notice(f"{problem.message} The next audit will not know of this one.")


# What is looked at

_Page: TypeAlias = tuple[str, Iterable[Subject]]


async def _live(ws: Workspace, selection: Selection) -> AsyncGenerator[_Page | AccountRead | NotThere, None]:
    verdicts: dict[str, Mapping[str, KeptVerdict]] = {}
    async with aclosing(list_credentials(ws, selection)) as events:
        async for event in events:
            if isinstance(event, CredentialsRead):
                name = event.account
                if name not in verdicts:
                    verdicts[name] = ws.state.verdicts.latest(name)
                yield name, [_subject(item, verdicts[name]) for item in event.credentials]
            elif isinstance(event, ItemFailed):
                yield NotThere(event.error)
            elif isinstance(event, AccountRead):
                yield event


async def _snapshots(
    ws: Workspace, names: Sequence[str], selection: Selection, *, keep_source: bool
) -> AsyncGenerator[_Page | AccountRead | NotThere, None]:
    """What is kept, page by page; whole credentials are made only where somebody must see them."""
    for name in names:
        if _narrowed(selection, name):
            async for page in _narrowed_snapshot(ws, name, selection):
                yield page
            continue
        snapshot = ws.state.snapshot(name)
        if snapshot is None:
            yield _never_listed(ws, name)
            continue
        verdicts = ws.state.verdicts.latest(name)
        ours = SecondOpinions(ws, name)
        for found in bodies(ws.state.database, snapshot):
            yield name, _subjects(found, verdicts, ours, keep_source)
            await asyncio.sleep(0)
        yield AccountRead(
            name,
            ws.provider_of(name),
            snapshot.complete,
            snapshot.rows,
            stale_since=snapshot.read_at,
            note=snapshot.note,
        )


async def _narrowed_snapshot(
    ws: Workspace, name: str, selection: Selection
) -> AsyncGenerator[_Page | AccountRead | NotThere, None]:
    only = Selection(
        frozenset({name}) if name in selection.accounts or not selection.named_accounts else frozenset(),
        frozenset(address for address in selection.addresses if address[0] == name),
        selection.filters,
    )
    verdicts = ws.state.verdicts.latest(name)
    async with aclosing(list_credentials(ws, only, cached=True)) as events:
        async for event in events:
            if isinstance(event, CredentialsRead):
                yield name, [_subject(item, verdicts) for item in event.credentials]
            elif isinstance(event, ItemFailed):
                yield NotThere(event.error)
            elif isinstance(event, AccountRead):
                yield event


def _never_listed(ws: Workspace, name: str) -> AccountRead:
    note = "never listed on this machine; audit it once without --cached"
    return AccountRead(name, ws.provider_of(name), False, 0, note=note)


def _subjects(
    found: Sequence[Mapping[str, Any]],
    verdicts: Mapping[str, KeptVerdict],
    ours: SecondOpinions,
    keep_source: bool,
) -> Iterator[Subject]:
    for body in found:
        if verdicts and body["id"] in verdicts:
            (credential,) = ours.beside([Credential.from_json(body)])
            yield _subject(credential, verdicts)
        else:
            yield subject_of_json(body, keep_source=keep_source)


def _subject(credential: Credential, verdicts: Mapping[str, KeptVerdict]) -> Subject:
    kept = verdicts.get(credential.id)
    if kept is None or credential.verification.probe.outdated:
        return subject_of(credential)
    tls = kept.body.get("tls")
    certificate = tls.get("certificate") if isinstance(tls, Mapping) else None
    ends = certificate.get("not_after") if isinstance(certificate, Mapping) else None
    return subject_of(credential, ends if isinstance(ends, str) else None)


def _covered(read: AccountRead) -> Covered:
    return Covered(
        account=read.account,
        provider=read.provider,
        complete=read.complete,
        count=read.count,
        error=read.error.to_json() if read.error else None,
        stale_since=read.stale_since,
        note=read.note,
    )


# What is known beforehand


def _facts(ws: Workspace, name: str, max_age: timedelta | None) -> AccountFacts:
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
        max_age=max_age if max_age is not None else duration(config.max_age or ws.config.audit.max_age),
        read_only=config.read_only,
        inline_secrets=tuple(inline),
    )


def _inline_passwords(ws: Workspace) -> Iterator[str]:
    for key, reference in ws.config.passwords.items():
        if reference.scheme is Scheme.INLINE:
            yield key


def _inline_elsewhere(ws: Workspace) -> tuple[str, ...]:
    """Entries of [passwords] for a USER@HOST, which belong to no account."""
    return tuple(
        f'"{key}"' for key in _inline_passwords(ws) if key.partition("/")[0] not in ws.config.accounts
    )


def _suppressions(ws: Workspace) -> Iterator[Suppression]:
    for item in ws.config.audit.suppress:
        yield Suppression(
            rule=item.rule,
            selection=parse_selectors([item.selector], ws.config.accounts) if item.selector else None,
            selector=item.selector,
            reason=item.reason,
            until=date.fromisoformat(item.until) if item.until else None,
        )


def _narrowed(selection: Selection, account: str) -> bool:
    """Whether the selection may leave out credentials of an account it wants."""
    if any(item.key not in ("account", "provider") for item in selection.filters):
        return True
    return bool(selection.named_accounts) and account not in selection.accounts


def _whole(selection: Selection, account: str) -> bool:
    return not _narrowed(selection, account)


def _scope(ws: Workspace, selection: Selection) -> str:
    """A text that is the same for the same selection, whatever the order of its words."""
    accounts = set(selection.accounts)
    if set(ws.account_names) != set(ws.config.accounts) and not selection.named_accounts:
        accounts |= set(ws.account_names)
    parts = [
        sorted(accounts),
        sorted(selection.addresses),
        sorted([item.key, item.operator, item.value] for item in selection.filters),
    ]
    return json.dumps(parts) if any(parts) else ""
