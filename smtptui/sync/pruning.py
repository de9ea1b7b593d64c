"""The steps that remove from the source what was migrated and works at the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.verification import Status
from smtptui.sync import blocks
from smtptui.sync import expectations as expected
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import comparable_identity, is_sender_readable
from smtptui.sync.labels import format_label
from smtptui.sync.migration import order_steps
from smtptui.sync.plan import Block, Step, StepAction
from smtptui.sync.plan_builder import can_send

FindLinks = Callable[[str], Sequence[str]]
"""The target addresses that a source address was migrated to, as far as they are on record."""


def build_prune_steps(
    source: AccountListing, target: AccountListing, picked: Sequence[Credential], *, links: FindLinks
) -> list[Step]:
    """A delete at the source for each picked record that stands verified at the target; a block for any other.

    `step.target` is the record to delete, `step.source` the one at the target that stands for it.
    """
    stored = {item.address: item for item in target.known_records}
    heirs: dict[str, Credential] = {}
    blocked: dict[str, Block] = {}
    for record in picked:
        heir = _find_verified_copy(source, target, record, stored, links)
        if isinstance(heir, Block):
            blocked[record.address] = heir
        else:
            heirs[record.address] = heir
    _keep_one_sender(source, picked, heirs, blocked)
    return order_steps(
        [
            _build_step(source, record, heirs.get(record.address), blocked.get(record.address))
            for record in picked
        ]
    )


def _find_verified_copy(
    source: AccountListing,
    target: AccountListing,
    record: Credential,
    stored: Mapping[str, Credential],
    links: FindLinks,
) -> Credential | Block:
    """The record at the target that stands for this one, or why it may not go."""
    for side in (source, target):
        if not side.complete:
            return blocks.incomplete_listing(side.account)
    if not source.capabilities.can(ProviderOperation.DELETE):
        return blocks.unsupported_operation(source.capabilities, "has no way to delete a credential")
    if source.read_only:
        return blocks.read_only(source.account)
    if not record.editable:
        return blocks.not_editable(record)
    linked = [stored[address] for address in links(record.address) if address in stored]
    if not linked:
        return blocks.not_linked(record, target.account)
    sender = is_sender_readable(source, target)
    alike = [
        item
        for item in linked
        if comparable_identity(item, sender_readable=sender)
        == comparable_identity(record, sender_readable=sender)
    ]
    if not alike:
        return blocks.another_login(record, linked[-1])
    verified = [item for item in alike if item.verification.summary is Status.VERIFIED]
    return verified[-1] if verified else blocks.not_verified(alike[-1])


def _keep_one_sender(
    source: AccountListing,
    picked: Sequence[Credential],
    heirs: dict[str, Credential],
    blocked: dict[str, Block],
) -> None:
    """The default stays, and the last one that sends. Nothing sends with a file."""
    if source.capabilities.at_rest:
        return
    for record in picked:
        if record.default and record.address in heirs:
            del heirs[record.address]
            blocked[record.address] = blocks.last_sender(record, "the default")
    staying = any(can_send(item) for item in source.known_records if item.address not in heirs)
    going = [item for item in picked if item.address in heirs and can_send(item)]
    if going and not staying:
        last = going[-1]
        del heirs[last.address]
        blocked[last.address] = blocks.last_sender(last, "the last active credential")


def _build_step(
    source: AccountListing, record: Credential, heir: Credential | None, block: Block | None
) -> Step:
    if heir is None:
        return Step(
            n=0,
            action=StepAction.BLOCKED,
            source=None,
            target=record.address,
            label=format_label(record),
            blocked=block,
        )
    return Step(
        n=0,
        action=StepAction.DELETE,
        source=heir.address,
        target=record.address,
        label=format_label(record),
        expect=replace(
            expected.expect_stored(source.capabilities, record, include_default=True),
            source=expected.expect_source(heir, verified=True),
        ),
        irreversible=(describe_deleted_password(record),),
        note=source.capabilities.delete_consequence,
    )


def describe_deleted_password(record: Credential) -> str:
    """Said of every delete of a record that may hold a password."""
    return f"The password of {record.address} goes with it: an undo needs it again (--password-from)."
