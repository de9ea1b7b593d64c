"""The audit rules as data: id, severity, reason, remedy, and a pure check over the facts.

A check returns the message of the finding, or None. In a remedy `{address}` stands for the credential, `{account}`
for its account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, Generic, TypeAlias, TypeVar

from smtptui.audit.ages import age
from smtptui.audit.facts import CONCLUSIVE, AccountFacts, FleetFacts, ListingFacts, Subject
from smtptui.audit.findings import Severity
from smtptui.audit.senders import describe_malformed_sender, describe_reserved_sender
from smtptui.model.capability import PASSWORD_FROM, ProviderOperation
from smtptui.model.timestamps import format_age
from smtptui.model.verification import SAME_EVENT, Status

CERTIFICATE_WARNING = timedelta(days=21)
CLOCK_TOLERANCE = timedelta(minutes=1)
_format_limit = lru_cache(maxsize=16)(format_age)

_VERIFY = "`smtptui verify {address}`."
_TRY = "Verify it: " + _VERIFY
_SENDER = "`smtptui edit {address} --from-email ADDRESS --from-name NAME`."

CredentialCheck: TypeAlias = Callable[[Subject, AccountFacts], str | None]
AccountCheck: TypeAlias = Callable[[AccountFacts, ListingFacts], str | None]
FleetCheck: TypeAlias = Callable[[FleetFacts], Iterable[tuple[Subject | None, str]]]


Check = TypeVar("Check")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Check]):
    """`reason` says why it matters, `remedy` what to do.

    `check` is called only for credentials whose fields have the values of `when`: that saves most calls.
    """

    id: str
    severity: Severity
    reason: str
    remedy: str
    check: Check
    when: tuple[tuple[str, frozenset[object]], ...] = ()

    def may_find(self, shape: Mapping[str, object]) -> bool:
        return all(shape[name] in values for name, values in self.when)


CREDENTIAL_RULES: list[Rule[CredentialCheck]] = []
ACCOUNT_RULES: list[Rule[AccountCheck]] = []
FLEET_RULES: list[Rule[FleetCheck]] = []


def _rule(
    rules: list[Rule[Check]],
    id: str,
    severity: Severity,
    reason: str,
    remedy: str,
    **when: tuple[object, ...],
) -> Callable[[Check], Check]:
    """Register the decorated check as a rule. `when` limits the values of a credential's fields."""
    conditions = tuple((name, frozenset(values)) for name, values in when.items())

    def register(check: Check) -> Check:
        rules.append(Rule(id, severity, reason, remedy, check, conditions))
        return check

    return register


_credential_rule = partial(_rule, CREDENTIAL_RULES)
_account_rule = partial(_rule, ACCOUNT_RULES)
_fleet_rule = partial(_rule, FLEET_RULES)


# Rules about a credential


@_credential_rule(
    "verification-failed",
    Severity.ERROR,
    "The last login with it failed: mail that depends on it is not sent.",
    "Fix it with `smtptui edit {address}`, then run " + _VERIFY,
    summary=("failed",),
)
def _check_failed(subject: Subject, account: AccountFacts) -> str | None:
    probe = subject.probe
    is_ours = not probe.outdated and probe.status == Status.FAILED and subject.at == probe.at
    detail = probe.detail if is_ours else subject.provider_detail
    span = age(subject.at, account.now)
    when = f" {format_age(span)} ago" if span is not None else ""
    return f"The last verification{when} failed{': ' + detail if detail else '.'}"


@_credential_rule(
    "clear-text",
    Severity.ERROR,
    "Anyone on the network path can read the password and the mail (RFC 8314).",
    "Use TLS: `smtptui edit {address} --port 465 --security tls`, or 587 with starttls.",
    security=("none",),
)
def _check_clear_text(subject: Subject, account: AccountFacts) -> str | None:
    return "Mail is sent in clear text." if subject.auth == "none" else "The password is sent in clear text."


@_credential_rule(
    "password-absent",
    Severity.ERROR,
    "Without its password it cannot log in.",
    "Set one: `smtptui edit {address} --password-from REF`.",
    password=("absent",),
)
def _check_password(subject: Subject, account: AccountFacts) -> str | None:
    if subject.auth != "password":
        return None
    if account.capabilities.at_rest:
        if subject.native.get(PASSWORD_FROM) is not None:
            return None
        return f"It logs in with a password, but no {PASSWORD_FROM} says where to find it."
    return "It logs in with a password, but none is stored."


@_credential_rule(
    "provider-status-error",
    Severity.ERROR,
    "The provider itself reports that it does not work.",
    "Fix what the provider names, then run " + _VERIFY,
)
def _check_error_status(subject: Subject, account: AccountFacts) -> str | None:
    if subject.native.get("status") != "error":
        return None
    why = subject.native.get("status_reason")
    return f"{account.capabilities.title} reports an error{': ' + str(why) if why else '.'}"


@_credential_rule(
    "sender-malformed",
    Severity.ERROR,
    "Mail servers refuse a malformed address, and control characters in a name can mislead.",
    "Set a sender: " + _SENDER,
)
def _check_sender_syntax(subject: Subject, account: AccountFacts) -> str | None:
    return describe_malformed_sender(subject.from_email, subject.from_name)


@_credential_rule(
    "sender-reserved",
    Severity.ERROR,
    "The sender belongs to the provider or to a domain that never receives mail (RFC 6761).",
    "Choose another sender: " + _SENDER,
)
def _check_sender_reserved(subject: Subject, account: AccountFacts) -> str | None:
    return describe_reserved_sender(account.capabilities.provider, subject.from_email, subject.from_name)


@_credential_rule(
    "never-verified",
    Severity.WARNING,
    "Nobody knows whether it works.",
    _TRY,
    summary=("never",),
)
def _check_never_verified(subject: Subject, account: AccountFacts) -> str | None:
    return "It was never verified."


def _last_attempt_at(subject: Subject) -> str | None:
    """When it was last verified, or tried without a reported result; None if it failed or was never tried."""
    if subject.summary == Status.VERIFIED:
        return subject.at
    is_unreported = subject.summary == subject.provider_status == Status.UNKNOWN
    return subject.provider_at if is_unreported else None


@_credential_rule(
    "verification-old",
    Severity.WARNING,
    "The password may have been changed or the login blocked since then.",
    _TRY,
    summary=("verified", "unknown"),
)
def _check_age(subject: Subject, account: AccountFacts) -> str | None:
    span = age(_last_attempt_at(subject), account.now)
    if span is None or span <= account.max_age:
        return None
    what = "verified" if subject.summary == Status.VERIFIED else "tried without a reported result"
    return f"It was last {what} {format_age(span)} ago (limit {_format_limit(account.max_age)})."


@_credential_rule(
    "opinions-differ",
    Severity.WARNING,
    "It may work from the provider's network but not from here, or one of the two results is out of date.",
    "Run both again: `smtptui verify {address} --method provider`, then with `--method probe`.",
    provider_status=("verified", "failed"),
    probed=(True,),
)
def _check_opinions(subject: Subject, account: AccountFacts) -> str | None:
    probe = subject.probe
    if probe.outdated or probe.status not in CONCLUSIVE or subject.provider_status not in CONCLUSIVE:
        return None
    if probe.status == subject.provider_status:
        return None
    return f"The provider says {subject.provider_status}, our probe says {subject.probe.status}."


@_credential_rule(
    "changed-since-verified",
    Severity.WARNING,
    "The verification was of an earlier version of the record.",
    _TRY,
)
def _check_changed(subject: Subject, account: AccountFacts) -> str | None:
    if subject.summary not in CONCLUSIVE:
        return "It was changed after our last probe." if subject.probe.outdated else None
    if subject.summary != Status.VERIFIED or subject.updated_at is None or subject.updated_at == subject.at:
        return None
    updated, verified = age(subject.updated_at, account.now), age(subject.at, account.now)
    if updated is None or verified is None or verified - updated <= SAME_EVENT:
        return None
    return f"It was changed {format_age(updated)} ago and last verified {format_age(verified)} ago."


@_credential_rule(
    "unverifiable",
    Severity.WARNING,
    "Only a probe by smtptui can tell whether it works.",
    "Add its password reference under [passwords], then run `smtptui verify {address} --method probe`.",
    summary=("unknown",),
)
def _check_unverifiable(subject: Subject, account: AccountFacts) -> str | None:
    if subject.probe.status != Status.NEVER:
        return None
    if account.capabilities.can(ProviderOperation.VERIFY_STORED) or account.capabilities.at_rest:
        return None
    return f"{account.capabilities.title} cannot verify credentials, and no probe has been run."


@_credential_rule(
    "time-in-future",
    Severity.WARNING,
    "Ages are wrong while the two clocks disagree.",
    "Compare this machine's clock with the provider's.",
)
def _check_future(subject: Subject, account: AccountFacts) -> str | None:
    at = subject.at or subject.provider_at
    span = age(at, account.now)
    if span is None or span >= -CLOCK_TOLERANCE:
        return None
    return f"Its verification is dated {format_age(-span)} in the future ({at})."


@_credential_rule(
    "certificate-ending",
    Severity.WARNING,
    "Once it has expired, clients that check certificates no longer connect.",
    "Have the server's operator renew it, then run `smtptui verify {address} --method probe`.",
    probed=(True,),
)
def _check_certificate(subject: Subject, account: AccountFacts) -> str | None:
    span = age(subject.certificate_ends, account.now)
    if span is None or -span >= CERTIFICATE_WARNING:
        return None
    when = f"expired {format_age(span)} ago" if span >= timedelta() else f"expires in {format_age(-span)}"
    return f"The certificate of {subject.host} {when} (seen by our last probe)."


@_credential_rule(
    "port-contradicts-security",
    Severity.WARNING,
    "One of the two is wrong; a client that follows it hangs or sends in clear text.",
    "Set both: `smtptui edit {address} --port N --security MODE`.",
    security_inferred=(False,),
)
def _check_port_and_security(subject: Subject, account: AccountFacts) -> str | None:
    if subject.security is None:
        return None
    if (subject.port == 465) == (subject.security == "tls") or subject.port not in (465, 587, 25, 2525):
        return None
    means = "implicit TLS" if subject.port == 465 else "a connection that starts unencrypted"
    return f"Port {subject.port} implies {means}, but the security mode is {subject.security}."


@_credential_rule(
    "port-25",
    Severity.WARNING,
    "Port 25 is for mail between servers (RFC 6409): many networks block it, and TLS on it is often optional.",
    "Use another port: `smtptui edit {address} --port 587`, or 465.",
    port=(25,),
)
def _check_port_25(subject: Subject, account: AccountFacts) -> str | None:
    return "It submits mail on port 25."


@_credential_rule(
    "provider-status-pending",
    Severity.WARNING,
    "The provider may not send with it yet.",
    "Complete the setup at the provider, then run " + _VERIFY,
)
def _check_pending_status(subject: Subject, account: AccountFacts) -> str | None:
    if subject.native.get("status") != "pending":
        return None
    return f"{account.capabilities.title} has not finished setting it up (status pending)."


@_credential_rule(
    "default-not-verified",
    Severity.WARNING,
    "The credential that sends most of the mail is not known to work.",
    _TRY,
    default=(True,),
)
def _check_default_verified(subject: Subject, account: AccountFacts) -> str | None:
    if subject.summary == Status.VERIFIED or account.capabilities.at_rest:
        return None
    return f"It is the default of the account, and its verification status is {subject.summary}."


@_credential_rule(
    "result-not-told",
    Severity.INFO,
    "The provider tried it but does not report the result, or a probe was inconclusive.",
    _TRY,
    summary=("unknown",),
)
def _check_unreported(subject: Subject, account: AccountFacts) -> str | None:
    if subject.probe.outdated:
        return None
    if subject.probe.status == Status.NEVER and not account.capabilities.can(ProviderOperation.VERIFY_STORED):
        return None
    if _check_age(subject, account):
        return None
    why = subject.probe.detail if subject.probe.status == Status.UNKNOWN else subject.provider_detail
    return f"It is not known whether it works{': ' + why if why else '.'}"


@_credential_rule(
    "security-inferred",
    Severity.INFO,
    "The provider stores no security mode, so the mode is a guess until a probe has checked it.",
    "`smtptui verify {address} --method probe` shows what the server offers.",
)
def _check_inferred_security(subject: Subject, account: AccountFacts) -> str | None:
    if subject.host is None:
        return None
    if subject.security is None:
        return f"The security mode is not known: none is stored, and port {subject.port} implies none."
    if not subject.security_inferred:
        return None
    return f"No security mode is stored: {subject.security} was inferred from port {subject.port}."


@_credential_rule(
    "inactive",
    Severity.INFO,
    "An unused login can still leak.",
    "Activate or delete it: `smtptui edit {address} --active true`, or `smtptui delete {address}`.",
    active=(False,),
)
def _check_inactive(subject: Subject, account: AccountFacts) -> str | None:
    return "It is inactive at the provider."


@_credential_rule(
    "sender-domain",
    Severity.INFO,
    "Servers often refuse, and receivers distrust, a sender outside the login's domain (SPF, DMARC).",
    "Compare it with what the server allows: " + _SENDER,
)
def _check_sender_domain(subject: Subject, account: AccountFacts) -> str | None:
    if subject.from_email is None or subject.username is None or "@" not in subject.username:
        return None
    sender = subject.from_email.rpartition("@")[2].lower()
    login = subject.username.rpartition("@")[2].lower()
    if sender == login or not sender or sender.endswith("." + login) or login.endswith("." + sender):
        return None
    return f"The sender is at {sender}, the login at {login}."


# Rules about an account


@_account_rule(
    "empty-list",
    Severity.WARNING,
    "Without the right to read, this provider returns an empty list instead of an error.",
    "Check the permissions of the account's login: `smtptui accounts --check`.",
)
def _check_empty(account: AccountFacts, listing: ListingFacts) -> str | None:
    note = account.capabilities.empty_note
    if listing.error or listing.subjects or not listing.whole or not note:
        return None
    return f"It lists no credentials, which may also mean missing access ({note.rstrip('.')})."


@_account_rule(
    "no-default",
    Severity.WARNING,
    "The provider then decides which credential sends.",
    "Choose one: `smtptui edit {account}/ID --default true`.",
)
def _check_default(account: AccountFacts, listing: ListingFacts) -> str | None:
    if not (listing.whole and listing.complete and listing.subjects) or listing.defaults:
        return None
    if account.capabilities.at_rest or not account.capabilities.can(ProviderOperation.SET_DEFAULT):
        return None
    return f"None of its {listing.subjects} credentials is the default."


@_account_rule(
    "clock-differs",
    Severity.WARNING,
    "Ages are wrong while the two clocks disagree.",
    "Check this machine's clock (NTP); if it is right, the provider's is wrong.",
)
def _check_clock(account: AccountFacts, listing: ListingFacts) -> str | None:
    skew = listing.clock_skew
    if skew is None or abs(skew) <= CLOCK_TOLERANCE:
        return None
    return f"The provider's clock is {format_age(abs(skew))} {'ahead of' if skew > timedelta() else 'behind'} ours."


@_account_rule(
    "secret-inline",
    Severity.WARNING,
    "Anyone who reads or copies the configuration file has the secret.",
    "Replace it by a reference: env:, file:, cmd: or keyring:.",
)
def _check_inline_secrets(account: AccountFacts, listing: ListingFacts) -> str | None:
    if not account.inline_secrets or not listing.whole:
        return None
    return f"The configuration contains secrets instead of references: {', '.join(account.inline_secrets)}."


@_account_rule(
    "cannot-write",
    Severity.INFO,
    "Problems found there cannot be fixed from here.",
    "Ask an owner of {account} for write access, or remove read_only from the configuration.",
)
def _check_writable(account: AccountFacts, listing: ListingFacts) -> str | None:
    if listing.error or not listing.whole:
        return None
    if account.read_only:
        return "The configuration makes this account read-only."
    if listing.subjects and not listing.editable:
        return "The provider allows changes to none of its credentials."
    return None


# Rules about all credentials together, and about the configuration


def _join_names(names: Iterable[str], most: int = 3) -> str:
    known = list(names)
    rest = len(known) - most
    return ", ".join(known[:most]) + (f" and {rest} more" if rest > 0 else "")


@_fleet_rule(
    "stored-twice",
    Severity.WARNING,
    "A password changed in one record stays old in the other.",
    "Keep one of them: `smtptui delete {address}`.",
)
def _check_stored_twice(fleet: FleetFacts) -> Iterator[tuple[Subject | None, str]]:
    for (host, username), subjects in fleet.logins.items():
        by_account: dict[str, list[Subject]] = {}
        for subject in subjects:
            by_account.setdefault(subject.account, []).append(subject)
        for same in by_account.values():
            for subject in same if len(same) > 1 else ():
                others = _join_names(other.id for other in same if other is not subject)
                yield (
                    subject,
                    f"{username} at {host} is stored {len(same)} times in this account, also as {others}.",
                )


def _describe_settings(subject: Subject) -> str:
    return f"port {subject.port}, {subject.security or 'unknown security'}"


@_fleet_rule(
    "settings-differ",
    Severity.WARNING,
    "One of the accounts probably uses outdated settings.",
    "Make them the same: `smtptui edit {address} --port N`.",
)
def _check_settings(fleet: FleetFacts) -> Iterator[tuple[Subject | None, str]]:
    for (host, username), subjects in fleet.logins.items():
        if (
            len({subject.account for subject in subjects}) < 2
            or len({_describe_settings(subject) for subject in subjects}) < 2
        ):
            continue
        for subject in subjects:
            others = [
                f"{other.address} ({_describe_settings(other)})"
                for other in subjects
                if other.account != subject.account
                and _describe_settings(other) != _describe_settings(subject)
            ]
            if others:
                yield (
                    subject,
                    f"{username} at {host} is stored here with {_describe_settings(subject)}, elsewhere as {_join_names(others)}.",
                )


@_fleet_rule(
    "secret-inline",
    Severity.WARNING,
    "Anyone who reads or copies the configuration file has the secret.",
    "Replace it by a reference: env:, file:, cmd: or keyring:.",
)
def _check_inline_passwords(fleet: FleetFacts) -> Iterator[tuple[Subject | None, str]]:
    if fleet.inline_passwords:
        yield (
            None,
            "The configuration contains secrets instead of references: "
            f"{_join_names(fleet.inline_passwords, 5)} under [passwords].",
        )


@_fleet_rule(
    "suppression-expired",
    Severity.WARNING,
    "Its findings are reported again.",
    "Fix the cause, or set a later date in [[audit.suppress]].",
)
def _check_expired_suppressions(fleet: FleetFacts) -> Iterator[tuple[Subject | None, str]]:
    for text in fleet.expired_suppressions:
        yield None, text


SHAPE: tuple[str, ...] = tuple(sorted({name for rule in CREDENTIAL_RULES for name, _ in rule.when}))
"""The fields that `when` conditions use."""

_ALL_RULES: list[Rule[Any]] = [*CREDENTIAL_RULES, *ACCOUNT_RULES, *FLEET_RULES]
RULES: dict[str, Rule[Any]] = {rule.id: rule for rule in _ALL_RULES}
"""All rules by id."""
