"""Choose which of the selected source credentials get a step at the target, and which give way to another.

The choice depends on the target's records as little as possible, so that planning again gives the same plan.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.identity import Identity, identity_of
from smtptui.sync import blocks
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.desired import DesiredCredential, derive_desired
from smtptui.sync.plan import Block, Loss

Admit = Callable[[Draft], None]
"""Raises SmtptuiError for a draft that the target would refuse. Makes no request."""

PasswordReference = Callable[[Credential], "str | None"]
"""Returns the reference to a record's password that may be written to a file, None where there is none."""


class PlaceholderSecret:
    """Stands in a draft for a password that is fetched when the step is executed."""

    def reveal(self) -> str:
        return "placeholder"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source credential with the content the target should hold.

    `refusal`: why the target would not create it.
    """

    record: Credential
    desired: DesiredCredential
    refusal: Block | None
    identity: Identity

    @property
    def wants_default(self) -> bool:
        return self.desired.values.get("default") is True


@dataclass(frozen=True, slots=True)
class Candidates:
    """`chosen` get a step each; `blocked` maps the address of every other record to the reason."""

    chosen: Sequence[Candidate]
    blocked: dict[str, Block]


def choose_candidates(
    source: AccountListing,
    target: AccountListing,
    selected: Sequence[Credential],
    *,
    admit: Admit,
    reference: PasswordReference,
) -> Generator[None, None, Candidates]:
    """Choose one credential of each identity, and one in all where the target holds a single record.

    Yields after each credential, so that the caller can do something else in between; returns the choice.
    """
    blocked: dict[str, Block] = {}
    groups: dict[Identity, list[Candidate]] = {}
    for record in selected:
        if not has_smtp_login(record):
            blocked[record.address] = blocks.not_held_here(record)
            continue
        candidate = _evaluate(source, target, record, admit, reference)
        groups.setdefault(candidate.identity, []).append(candidate)
        yield
    chosen = []
    for group in groups.values():
        first = next((item for item in group if item.refusal is None), group[0])
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


def has_smtp_login(record: Credential) -> bool:
    """Whether the record holds an SMTP login that can be stored elsewhere."""
    return record.host is not None and record.port is not None and record.auth != "oauth"


def is_sender_readable(source: AccountListing, target: AccountListing) -> bool:
    """Whether the sender is part of the identity: only where both sides can read it."""
    return all(side.capabilities.for_field("from_email").readable for side in (source, target))


def comparable_identity(record: Credential, *, sender_readable: bool) -> Identity:
    """The identity of a record, reduced to what both sides can read."""
    whole = identity_of(record)
    return whole if sender_readable else whole._replace(from_email=None)


def _evaluate(
    source: AccountListing,
    target: AccountListing,
    record: Credential,
    admit: Admit,
    reference: PasswordReference,
) -> Candidate:
    desired = derive_desired(source.capabilities, target.capabilities, record, reference=reference(record))
    password = None if record.auth == "none" or target.capabilities.at_rest else PlaceholderSecret()
    refusal = None
    try:
        admit(desired.draft(password))
    except SmtptuiError as error:
        refusal = blocks.refused_by_target(error, record)
    key = comparable_identity(record, sender_readable=is_sender_readable(source, target))
    return Candidate(record, desired, refusal, key)


def _choose_single_record(target: AccountListing, chosen: Sequence[Candidate]) -> Candidate:
    """Prefer the record that is stored there already, then the source's default, then the first that is admitted."""
    stored = {comparable_identity(item, sender_readable=False) for item in target.known_records}
    present = [item for item in chosen if item.identity._replace(from_email=None) in stored]
    admitted = [item for item in chosen if item.refusal is None]
    default = [item for item in admitted if item.record.default]
    return (present or default or admitted or list(chosen))[0]


def _keep_one_default(
    source: AccountListing, target: AccountListing, chosen: Sequence[Candidate]
) -> Sequence[Candidate]:
    """Let one candidate at most become the default; for the others that is a loss.

    Prefers the target's present default, then the first that is admitted: planning again gives the same plan.
    """
    asking = [item for item in chosen if item.wants_default]
    if len(asking) < 2:
        return chosen
    readable = is_sender_readable(source, target)
    defaults = {
        comparable_identity(item, sender_readable=readable) for item in target.known_records if item.default
    }
    present = [item for item in asking if item.identity in defaults]
    admitted = [item for item in asking if item.refusal is None]
    kept = (present or admitted or asking)[0]
    loss = Loss("default", f"not made the default: {kept.record.address} becomes it", True)
    return [
        _without_default(item, loss) if item.wants_default and item is not kept else item for item in chosen
    ]


def _without_default(item: Candidate, loss: Loss) -> Candidate:
    values = {name: value for name, value in item.desired.values.items() if name != "default"}
    return replace(item, desired=replace(item.desired, values=values, losses=(*item.desired.losses, loss)))
