"""The steps that remove from the source what was migrated and works at the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from smtptui.model.capability import Operation
from smtptui.model.credential import Credential
from smtptui.model.verification import Status
from smtptui.sync import blocks, expected
from smtptui.sync.account_listing import Side
from smtptui.sync.candidates import key_of, sender_readable
from smtptui.sync.migration import ordered
from smtptui.sync.plan import Action, Block, Step
from smtptui.sync.plan_builder import sends
from smtptui.sync.wording import label

Links = Callable[[str], Sequence[str]]
"""The target addresses that a source address was migrated to, as far as they are on record."""


def pruning(source: Side, target: Side, picked: Sequence[Credential], *, links: Links) -> list[Step]:
    """A delete at the source for each picked record that stands verified at the target; a block for any other.

    `step.target` is the record to delete, `step.source` the one at the target that stands for it.
    """
    stored = {item.address: item for item in target.known}
    heirs: dict[str, Credential] = {}
    blocked: dict[str, Block] = {}
    for record in picked:
        heir = _heir(source, target, record, stored, links)
        if isinstance(heir, Block):
            blocked[record.address] = heir
        else:
            heirs[record.address] = heir
    _keep_a_sender(source, picked, heirs, blocked)
    return ordered(
        [_step(source, record, heirs.get(record.address), blocked.get(record.address)) for record in picked]
    )


def _heir(
    source: Side, target: Side, record: Credential, stored: Mapping[str, Credential], links: Links
) -> Credential | Block:
    """The record at the target that stands for this one, or why it may not go."""
    for side in (source, target):
        if not side.complete:
            return blocks.incomplete(side.account)
    if not source.capabilities.can(Operation.DELETE):
        return blocks.unsupported(source.capabilities, "has no way to delete a credential")
    if source.read_only:
        return blocks.read_only(source.account)
    if not record.editable:
        return blocks.not_editable(record)
    linked = [stored[address] for address in links(record.address) if address in stored]
    if not linked:
        return blocks.not_linked(record, target.account)
    sender = sender_readable(source, target)
    alike = [
        item
        for item in linked
        if key_of(item, sender_readable=sender) == key_of(record, sender_readable=sender)
    ]
    if not alike:
        return blocks.another_login(record, linked[-1])
    verified = [item for item in alike if item.verification.summary is Status.VERIFIED]
    return verified[-1] if verified else blocks.not_verified(alike[-1])


def _keep_a_sender(
    source: Side, picked: Sequence[Credential], heirs: dict[str, Credential], blocked: dict[str, Block]
) -> None:
    """The default stays, and the last one that sends. Nothing sends with a file."""
    if source.capabilities.at_rest:
        return
    for record in picked:
        if record.default and record.address in heirs:
            del heirs[record.address]
            blocked[record.address] = blocks.last_sender(record, "the default")
    staying = any(sends(item) for item in source.known if item.address not in heirs)
    going = [item for item in picked if item.address in heirs and sends(item)]
    if going and not staying:
        last = going[-1]
        del heirs[last.address]
        blocked[last.address] = blocks.last_sender(last, "the last active credential")


def _step(source: Side, record: Credential, heir: Credential | None, block: Block | None) -> Step:
    if heir is None:
        return Step(
            n=0,
            action=Action.BLOCKED,
            source=None,
            target=record.address,
            label=label(record),
            blocked=block,
        )
    return Step(
        n=0,
        action=Action.DELETE,
        source=heir.address,
        target=record.address,
        label=label(record),
        expect=replace(
            expected.stored(source.capabilities, record, moves=True),
            source=expected.standing(heir, verified=True),
        ),
        irreversible=(deleted_for_good(record),),
        note=source.capabilities.delete_consequence,
    )


def deleted_for_good(record: Credential) -> str:
    """Said of every delete of a record that may hold a password."""
    return f"The password of {record.address} goes with it: an undo needs it again (--password-from)."
