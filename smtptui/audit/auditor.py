"""Apply every rule: to each page of credentials, then to each account, then to all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from smtptui.audit.ages import AGE_LABELS, age_label
from smtptui.audit.facts import AccountFacts, FleetFacts, ListingFacts, Subject
from smtptui.audit.findings import SEVERITIES, AuditFinding, ChangeSince
from smtptui.audit.history import AuditHistory
from smtptui.audit.rules import (
    ACCOUNT_RULES,
    CREDENTIAL_RULES,
    FLEET_RULES,
    RULES,
    SHAPE,
    CredentialCheck,
    Rule,
)
from smtptui.audit.suppressions import Suppressions
from smtptui.model.address import format_address

_SHAPE_OF = attrgetter(*SHAPE)
_SEVERITY = {rule.id: rule.severity.value for rule in RULES.values()}
_REMEDY = {rule.id: rule.remedy.split("{address}") for rule in RULES.values()}
_STILL, _NEW = ChangeSince.STILL.value, ChangeSince.NEW.value


def _select_rules(shape: tuple[object, ...]) -> tuple[Rule[CredentialCheck], ...]:
    """Return the rules that can find anything in a credential of this shape."""
    values = dict(zip(SHAPE, shape, strict=True))
    return tuple(rule for rule in CREDENTIAL_RULES if rule.may_find(values))


class Auditor:
    """One audit: `check_credentials` for every page, `check_account` once an account is read, `check_fleet` at the end."""

    def __init__(self, suppressions: Suppressions, history: AuditHistory) -> None:
        self._suppressions = suppressions
        self._history = history
        self._facts: dict[str, AccountFacts] = {}
        self._logins: dict[tuple[str, str], list[Subject]] = {}
        self._ages: Counter[str] = Counter()
        self._found: dict[str, list[AuditFinding]] = {severity.value: [] for severity in SEVERITIES}
        self._rules: dict[tuple[object, ...], tuple[Rule[CredentialCheck], ...]] = {}
        self.credentials = 0

    def check_credentials(
        self, facts: AccountFacts, listing: ListingFacts, subjects: Iterable[Subject]
    ) -> Sequence[AuditFinding]:
        """Return the findings about these credentials of one account."""
        self._facts[facts.name] = facts
        findings: list[AuditFinding] = []
        logins, ages, now = self._logins, self._ages, facts.now
        for subject in subjects:
            listing.subjects += 1
            listing.defaults += subject.default is True
            listing.editable += bool(subject.editable)
            ages[age_label(subject, now)] += 1
            # A credential at rest in a file is a copy: it does not use the login a second time.
            if subject.host is not None and subject.username is not None and not facts.capabilities.at_rest:
                login = (subject.host.lower(), subject.username)
                if login in logins:
                    logins[login].append(subject)
                else:
                    logins[login] = [subject]
            shape = _SHAPE_OF(subject)
            rules = self._rules.get(shape)
            if rules is None:
                rules = self._rules[shape] = _select_rules(shape)
            for rule in rules:
                message = rule.check(subject, facts)
                if message is not None:
                    self._add_finding(findings, rule, facts, subject, message)
        return findings

    def check_account(self, facts: AccountFacts, listing: ListingFacts) -> Sequence[AuditFinding]:
        """Return the findings about an account. One that was not read completely keeps its earlier findings."""
        self._facts[facts.name] = facts
        self.credentials += listing.subjects
        findings: list[AuditFinding] = []
        for rule in ACCOUNT_RULES:
            message = rule.check(facts, listing)
            if message is not None:
                self._add_finding(findings, rule, facts, None, message)
        if listing.error or not listing.complete:
            self._history.mark_unread(facts.name)
        return findings

    def check_fleet(self, *, inline_passwords: tuple[str, ...] = ()) -> Sequence[AuditFinding]:
        """Return the findings across accounts and about the configuration."""
        shared = {login: tuple(subjects) for login, subjects in self._logins.items() if len(subjects) > 1}
        expired = tuple(item.describe_end() for item in self._suppressions.expired)
        fleet = FleetFacts(logins=shared, inline_passwords=inline_passwords, expired_suppressions=expired)
        findings: list[AuditFinding] = []
        for rule in FLEET_RULES:
            for subject, message in rule.check(fleet):
                facts = None if subject is None else self._facts[subject.account]
                self._add_finding(findings, rule, facts, subject, message)
        return findings

    def _add_finding(
        self,
        findings: list[AuditFinding],
        rule: Rule[Any],
        facts: AccountFacts | None,
        subject: Subject | None,
        message: str,
    ) -> None:
        id, severity = rule.id, _SEVERITY[rule.id]
        account = facts.name if facts else None
        record = subject.id if subject else None
        # A suppressed finding is recorded too, or the next audit would call it resolved.
        was_known = self._history.record(id, account, record)
        if self._suppressions.for_rule(id) and self._suppressions.suppresses(id, facts, subject):
            return
        finding = AuditFinding(
            id,
            severity,
            account,
            record,
            message,
            _fill_remedy(id, account, record),
            _STILL if was_known else _NEW,
        )
        self._found[severity].append(finding)
        findings.append(finding)

    def list_findings(self, accounts: Sequence[str]) -> list[AuditFinding]:
        """Return all findings: worst first, then by account in this order, resolved ones last."""
        order = {name: number for number, name in enumerate(accounts)}
        last = len(order)
        findings: list[AuditFinding] = []
        for group in self._found.values():
            findings += sorted(group, key=lambda item: order.get(item.account or "", last))
        for id, account, record in self._history.list_resolved():
            if id in RULES:
                change = ChangeSince.RESOLVED.value
                findings.append(
                    AuditFinding(id, _SEVERITY[id], account, record, "No longer found.", "", change)
                )
        return findings

    def count_ages(self) -> list[tuple[str, int]]:
        return [(label, self._ages[label]) for label in AGE_LABELS]


def _fill_remedy(rule: str, account: str | None, id: str | None) -> str:
    """Return the remedy of a rule with the address of the credential or account filled in."""
    parts = _REMEDY[rule]
    if account is not None and id is not None:
        return format_address(account, id).join(parts)
    return parts[0].replace("{account}", account) if account else parts[0]
