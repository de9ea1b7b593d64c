"""Which of the picked source credentials get a step at the target, and which give way to another.

Decided before the target is looked at, as far as it can be: a second plan says the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.identity import Identity, identity_of
from smtptui.sync import blocks
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.cooperative import Cooperative
from smtptui.sync.desired import DesiredCredential, derive_desired
from smtptui.sync.plan import Block, Loss

Admit = Callable[[Draft], None]
"""Refuses a draft that the target would refuse, by raising a SmtptuiError; asks no network."""

PasswordReference = Callable[[Credential], "str | None"]
"""The reference to a record's password that may be written down, None where there is none."""


class PlaceholderSecret:
    """Stands for a password that is fetched when the step is done."""

    def reveal(self) -> str:
        return "stand-in"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source credential, what is wanted of it, and why the target would not create it."""

    record: Credential
    desired: DesiredCredential
    refusal: Block | None
    identity: Identity


@dataclass(frozen=True, slots=True)
class Candidates:
    """`chosen` get a step each; `blocked` are the others by address."""

    chosen: Sequence[Candidate]
    blocked: dict[str, Block]


def choose_candidates(
    source: AccountListing,
    target: AccountListing,
    picked: Sequence[Credential],
    *,
    admit: Admit,
    reference: PasswordReference,
) -> Cooperative[Candidates]:
    """Who gets a step: one of each identity, and one in all where the target holds one record.

    A credential at a time.
    """
    blocked: dict[str, Block] = {}
    groups: dict[Identity, list[Candidate]] = {}
    for record in picked:
        if not has_smtp_login(record):
            blocked[record.address] = blocks.not_held_here(record)
            continue
        candidate = _evaluate(source, target, record, admit, reference)
        groups.setdefault(candidate.identity, []).append(candidate)
        yield
    chosen = []
    for group in groups.values():
        first = _first_admissible(group)
        chosen.append(first)
        for other in group:
            if other is not first:
                blocked[other.record.address] = blocks.same_identity(first.record, target.capabilities)
    if target.capabilities.single_record and chosen:
        taken = _choose_single_record(target, chosen)
        for other in chosen:
            if other is not taken:
                blocked[other.record.address] = blocks.single_record(taken.record, target.capabilities)
        chosen = [taken]
    return Candidates(_keep_one_default(source, target, chosen), blocked)


def _keep_one_default(
    source: AccountListing, target: AccountListing, chosen: Sequence[Candidate]
) -> Sequence[Candidate]:
    """The same with one of them as the default at most; of the others it is a loss.

    It is the one that is the target's default already, else the first that could be stored: so a second plan says
    the same again.
    """
    asking = [item for item in chosen if item.desired.values.get("default") is True]
    if len(asking) < 2:
        return chosen
    readable = is_sender_readable(source, target)
    present = {
        comparable_identity(item, sender_readable=readable) for item in target.known_records if item.default
    }
    there = [item for item in asking if item.identity in present]
    able = [item for item in asking if item.refusal is None]
    kept = (there or able or asking)[0]
    loss = Loss("default", f"not made the default: {kept.record.address} is to be it", True)
    return [
        replace(item, desired=_without_default(item.desired, loss))
        if item in asking and item is not kept
        else item
        for item in chosen
    ]


def _without_default(asked: DesiredCredential, loss: Loss) -> DesiredCredential:
    values = {name: value for name, value in asked.values.items() if name != "default"}
    return replace(asked, values=values, losses=(*asked.losses, loss))


def has_smtp_login(record: Credential) -> bool:
    """Whether the record is an SMTP login that can be taken elsewhere."""
    return record.host is not None and record.port is not None and record.auth != "oauth"


def is_sender_readable(source: AccountListing, target: AccountListing) -> bool:
    """Whether the sender counts for the identity: only where both sides can read it."""
    return all(side.capabilities.for_field("from_email").readable for side in (source, target))


def comparable_identity(record: Credential, *, sender_readable: bool) -> Identity:
    """The identity as far as both sides can tell it."""
    whole = identity_of(record)
    return whole if sender_readable else whole._replace(from_email=None)


def _evaluate(
    source: AccountListing,
    target: AccountListing,
    record: Credential,
    admit: Admit,
    reference: PasswordReference,
) -> Candidate:
    asked = derive_desired(source.capabilities, target.capabilities, record, reference=reference(record))
    password = None if record.auth == "none" or target.capabilities.at_rest else PlaceholderSecret()
    refused = None
    try:
        admit(asked.draft(password))
    except SmtptuiError as error:
        refused = blocks.refused_by_target(error, record)
    return Candidate(
        record,
        asked,
        refused,
        comparable_identity(record, sender_readable=is_sender_readable(source, target)),
    )


def _first_admissible(group: Sequence[Candidate]) -> Candidate:
    return next((item for item in group if item.refusal is None), group[0])


def _choose_single_record(target: AccountListing, chosen: Sequence[Candidate]) -> Candidate:
    """What is stored there already, else the source's default, else the first; of those that could be stored."""
    stored = {comparable_identity(item, sender_readable=False) for item in target.known_records}
    there = [item for item in chosen if item.identity._replace(from_email=None) in stored]
    able = [item for item in chosen if item.refusal is None]
    default = [item for item in able if item.record.default]
    return (there or default or able or list(chosen))[0]
