"""Which of the picked source credentials get a step at the target, and which give way to another.

Decided before the target is looked at, as far as it can be: a second plan says the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.identity import Identity, identity
from smtptui.sync import blocks
from smtptui.sync.account_listing import Side
from smtptui.sync.desired import Wanted, wanted
from smtptui.sync.parts import Parts
from smtptui.sync.plan import Block, Loss

Admit = Callable[[Draft], None]
"""Refuses a draft that the target would refuse, by raising a SmtptuiError; asks no network."""

Reference = Callable[[Credential], "str | None"]
"""The reference to a record's password that may be written down, None where there is none."""


class StandIn:
    """Stands for a password that is fetched when the step is done."""

    def reveal(self) -> str:
        return "stand-in"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source credential, what is wanted of it, and why the target would not create it."""

    record: Credential
    wanted: Wanted
    refused: Block | None
    key: Identity


@dataclass(frozen=True, slots=True)
class Candidates:
    """`chosen` get a step each; `blocked` are the others by address."""

    chosen: Sequence[Candidate]
    blocked: dict[str, Block]


def candidates(
    source: Side, target: Side, picked: Sequence[Credential], *, admit: Admit, reference: Reference
) -> Parts[Candidates]:
    """Who gets a step: one of each identity, and one in all where the target holds one record.

    A credential at a time.
    """
    blocked: dict[str, Block] = {}
    groups: dict[Identity, list[Candidate]] = {}
    for record in picked:
        if not held(record):
            blocked[record.address] = blocks.not_held_here(record)
            continue
        candidate = _candidate(source, target, record, admit, reference)
        groups.setdefault(candidate.key, []).append(candidate)
        yield
    chosen = []
    for group in groups.values():
        first = _first(group)
        chosen.append(first)
        for other in group:
            if other is not first:
                blocked[other.record.address] = blocks.same_identity(first.record, target.capabilities)
    if target.capabilities.single_record and chosen:
        taken = _taken(target, chosen)
        for other in chosen:
            if other is not taken:
                blocked[other.record.address] = blocks.single_record(taken.record, target.capabilities)
        chosen = [taken]
    return Candidates(_one_default(source, target, chosen), blocked)


def _one_default(source: Side, target: Side, chosen: Sequence[Candidate]) -> Sequence[Candidate]:
    """The same with one of them as the default at most; of the others it is a loss.

    It is the one that is the target's default already, else the first that could be stored: so a second plan says
    the same again.
    """
    asking = [item for item in chosen if item.wanted.values.get("default") is True]
    if len(asking) < 2:
        return chosen
    readable = sender_readable(source, target)
    present = {key_of(item, sender_readable=readable) for item in target.known if item.default}
    there = [item for item in asking if item.key in present]
    able = [item for item in asking if item.refused is None]
    kept = (there or able or asking)[0]
    loss = Loss("default", f"not made the default: {kept.record.address} is to be it", True)
    return [
        replace(item, wanted=_without_default(item.wanted, loss))
        if item in asking and item is not kept
        else item
        for item in chosen
    ]


def _without_default(asked: Wanted, loss: Loss) -> Wanted:
    values = {name: value for name, value in asked.values.items() if name != "default"}
    return replace(asked, values=values, losses=(*asked.losses, loss))


def held(record: Credential) -> bool:
    """Whether the record is an SMTP login that can be taken elsewhere."""
    return record.host is not None and record.port is not None and record.auth != "oauth"


def sender_readable(source: Side, target: Side) -> bool:
    """Whether the sender counts for the identity: only where both sides can read it."""
    return all(side.capabilities.of("from_email").readable for side in (source, target))


def key_of(record: Credential, *, sender_readable: bool) -> Identity:
    """The identity as far as both sides can tell it."""
    whole = identity(record)
    return whole if sender_readable else whole._replace(from_email=None)


def _candidate(
    source: Side, target: Side, record: Credential, admit: Admit, reference: Reference
) -> Candidate:
    asked = wanted(source.capabilities, target.capabilities, record, reference=reference(record))
    password = None if record.auth == "none" or target.capabilities.at_rest else StandIn()
    refused = None
    try:
        admit(asked.draft(password))
    except SmtptuiError as error:
        refused = blocks.refused(error, record)
    return Candidate(record, asked, refused, key_of(record, sender_readable=sender_readable(source, target)))


def _first(group: Sequence[Candidate]) -> Candidate:
    return next((item for item in group if item.refused is None), group[0])


def _taken(target: Side, chosen: Sequence[Candidate]) -> Candidate:
    """What is stored there already, else the source's default, else the first; of those that could be stored."""
    stored = {key_of(item, sender_readable=False) for item in target.known}
    there = [item for item in chosen if item.key._replace(from_email=None) in stored]
    able = [item for item in chosen if item.refused is None]
    default = [item for item in able if item.record.default]
    return (there or default or able or list(chosen))[0]
