"""Build the steps that delete from the source what was migrated and is verified at the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from smtptui.model.capability import ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.verification import Status
from smtptui.sync import blocks
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import comparable_identity, is_sender_readable
from smtptui.sync.expectations import expect_source, expect_stored
from smtptui.sync.labels import format_label
from smtptui.sync.migration import order_steps
from smtptui.sync.plan import Block, Step, StepAction, blocked_step
from smtptui.sync.plan_builder import can_send

FindLinks = Callable[[str], Sequence[str]]
"""Returns the target addresses that a source address is on record as migrated to."""


def build_prune_steps(
    source: AccountListing, target: AccountListing, selected: Sequence[Credential], *, find_links: FindLinks
) -> list[Step]:
    """Build a delete at the source for each selected record with a verified copy at the target, else a block.

    `step.target` is the record to delete, `step.source` its copy at the target.
    """
    stored = {item.address: item for item in target.known_records}
    copies: dict[str, Credential] = {}
    blocked: dict[str, Block] = {}
    for record in selected:
        found = _find_verified_copy(source, target, record, stored, find_links)
        if isinstance(found, Block):
            blocked[record.address] = found
        else:
            copies[record.address] = found
    _keep_one_sender(source, selected, copies, blocked)
    return order_steps(
        [
            _build_step(source, record, copies.get(record.address), blocked.get(record.address))
            for record in selected
        ]
    )


def _find_verified_copy(
    source: AccountListing,
    target: AccountListing,
    record: Credential,
    stored: Mapping[str, Credential],
    find_links: FindLinks,
) -> Credential | Block:
    """Return the verified copy at the target, or why the record may not be deleted."""
    for listing in (source, target):
        if not listing.complete:
            return blocks.incomplete_listing(listing.account)
    if not source.capabilities.can(ProviderOperation.DELETE):
        return blocks.unsupported_operation(source.capabilities, "has no way to delete a credential")
    if source.read_only:
        return blocks.read_only(source.account)
    if not record.editable:
        return blocks.not_editable(record)
    linked = [stored[address] for address in find_links(record.address) if address in stored]
    if not linked:
        return blocks.not_linked(record, target.account)
    readable = is_sender_readable(source, target)
    key = comparable_identity(record, sender_readable=readable)
    same = [item for item in linked if comparable_identity(item, sender_readable=readable) == key]
    if not same:
        return blocks.another_login(record, linked[-1])
    verified = [item for item in same if item.verification.summary is Status.VERIFIED]
    return verified[-1] if verified else blocks.not_verified(same[-1])


def _keep_one_sender(
    source: AccountListing,
    selected: Sequence[Credential],
    copies: dict[str, Credential],
    blocked: dict[str, Block],
) -> None:
    """Keep the default and the last active credential; nothing sends with an account at rest."""
    if source.capabilities.at_rest:
        return
    for record in selected:
        if record.default and record.address in copies:
            del copies[record.address]
            blocked[record.address] = blocks.last_sender(record, "the default")
    deleted = [item for item in selected if item.address in copies and can_send(item)]
    if deleted and not any(can_send(item) for item in source.known_records if item.address not in copies):
        last = deleted[-1]
        del copies[last.address]
        blocked[last.address] = blocks.last_sender(last, "the last active credential")


def _build_step(
    source: AccountListing, record: Credential, copy: Credential | None, block: Block | None
) -> Step:
    label = format_label(record)
    if copy is None:
        assert block is not None
        return blocked_step(block, target=record.address, label=label)
    return Step(
        action=StepAction.DELETE,
        source=copy.address,
        target=record.address,
        label=label,
        expect=replace(
            expect_stored(source.capabilities, record, include_default=True),
            source=expect_source(copy, verified=True),
        ),
        irreversible=(describe_deleted_password(record),),
        note=source.capabilities.delete_consequence,
    )


def describe_deleted_password(record: Credential) -> str:
    """Say, for every delete of a record that may hold a password, what an undo needs."""
    return f"The password of {record.address} is deleted with it: an undo needs it again (--password-from)."
