"""Build the steps that undo a run, from the records it wrote and their content before.

Records that were changed after the run are left alone. What cannot be restored, above all a password, is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from smtptui.model.address import split_address
from smtptui.model.admission import admit_change
from smtptui.model.capability import PASSWORD_FROM, Capabilities, ProviderOperation
from smtptui.model.change import Change
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.model.verification import Status
from smtptui.sync import blocks
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import Admit, PlaceholderSecret, comparable_identity
from smtptui.sync.desired import derive_desired
from smtptui.sync.expectations import (
    DEFAULT_FIELD,
    comparable_fields,
    expect_absent,
    expect_source,
    expect_stored,
    field_value,
    find_differences,
    find_source_differences,
)
from smtptui.sync.labels import format_label
from smtptui.sync.migration import describe_overwritten_password, order_steps
from smtptui.sync.native import NATIVE_PREFIX, without_nulls
from smtptui.sync.plan import Block, Expectation, FieldChange, PasswordSource, Step, StepAction, blocked_step
from smtptui.sync.pruning import describe_deleted_password

FindFormerPassword = Callable[[Credential], "PasswordSource | None"]
"""Returns where the password that a record had before the run comes from, None for nowhere."""

_LOGIN_FIELDS = frozenset({"host", "port", "security", "username"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRecord:
    """What one step of a run wrote. `target` is the record's address, `before` and `after` its content.

    `written`: a record was stored or deleted. `default_from`: the address that was the default before the record
    became it ("" for none), None where it did not. `is_settled` is False where the outcome of the write is unknown.
    """

    step: Step
    target: str
    before: Credential | None = None
    after: Credential | None = None
    written: bool = True
    default_from: str | None = None
    is_settled: bool = True

    @property
    def account(self) -> str:
        """The account that was written to; a create without an outcome on record names only the account."""
        unnamed = self.step.action is StepAction.CREATE and self.target == self.step.target
        return self.target if unnamed else split_address(self.target)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterChanges:
    """What was done to the records of a run after it, by address.

    `undone_by` and `changed_by` name the later run. `edited_by_hand`: the login was edited after all runs.
    """

    undone_by: Mapping[str, str] = field(default_factory=dict)
    changed_by: Mapping[str, str] = field(default_factory=dict)
    edited_by_hand: frozenset[str] = frozenset()


def build_undo_steps(
    records: Sequence[WrittenRecord],
    listings: Mapping[str, AccountListing],
    *,
    unread: Mapping[str, str],
    sources: Mapping[str, AccountListing | None],
    later: LaterChanges,
    find_password: FindFormerPassword,
    admit: Mapping[str, Admit],
) -> list[Step]:
    """Build the inverse of what a run wrote, last write first.

    `listings` are the present listings of the accounts it wrote to, by name; `unread` says why the others could not be
    read, so that their records are left alone. `sources` are the accounts that logins were copied from, None for one
    that cannot be read: a copy is not deleted once its source is gone.
    """
    builder = _Builder(listings, unread, sources, later, find_password, admit)
    steps = [builder.build(item) for item in reversed(records) if item.written or not item.is_settled]
    return order_steps([*builder.build_defaults(records), *steps])


@dataclass
class _Builder:
    listings: Mapping[str, AccountListing]
    unread: Mapping[str, str]
    sources: Mapping[str, AccountListing | None]
    later: LaterChanges
    find_password: FindFormerPassword
    admit: Mapping[str, Admit]
    _present: dict[str, Credential] = field(init=False)

    def __post_init__(self) -> None:
        self._present = {
            item.address: item for listing in self.listings.values() for item in listing.known_records
        }

    def build(self, record: WrittenRecord) -> Step:
        target, later = record.target, self.later
        if record.account in self.unread:
            reason = self.unread[record.account]
            return _build_blocked(record, blocks.unreadable_account(target, record.account, reason))
        if target in later.undone_by:
            return _build_no_op(record, f"Run {later.undone_by[target]} undid it already.")
        if target in later.changed_by:
            return _build_blocked(record, blocks.changed_by_run(target, later.changed_by[target]))
        if not record.is_settled:
            return _build_blocked(record, blocks.unresolved_write(target))
        if target in later.edited_by_hand and record.step.secret is not None:
            return _build_blocked(record, blocks.edited_since(target))
        if record.step.action is StepAction.CREATE:
            return self._undo_create(record)
        if record.step.action is StepAction.DELETE:
            return self._undo_delete(record)
        return self._undo_update(record)

    def build_defaults(self, records: Sequence[WrittenRecord]) -> list[Step]:
        """Give the defaults that the run moved back to their former records; without one, clear the default."""
        steps = []
        for item in records:
            present = self._present.get(item.target)
            if item.default_from is None or present is None or not present.default:
                continue
            former = self._present.get(item.default_from)
            if former is not None:
                note = f"It becomes the default again, instead of {item.target}."
                steps.append(self._build_default(former, True, note))
            elif item.step.action is not StepAction.CREATE:
                steps.append(self._build_default(present, False, "There was no default before the run."))
        return steps

    def _build_default(self, record: Credential, value: bool, note: str) -> Step:
        listing, label = self._listing(record.address), format_label(record)
        if listing.read_only:
            block = blocks.read_only(listing.account)
            return blocked_step(block, target=record.address, label=label)
        return Step(
            action=StepAction.UPDATE,
            target=record.address,
            label=label,
            expect=expect_stored(listing.capabilities, record, include_default=True),
            changes={"default": FieldChange(record.default, value)},
            note=note,
        )

    def _undo_create(self, record: WrittenRecord) -> Step:
        listing = self._listing(record.target)
        capabilities = listing.capabilities
        present = self._present.get(record.target)
        if present is None:
            return _build_no_op(record, "It is deleted already.")
        if not capabilities.can(ProviderOperation.DELETE):
            return _build_blocked(
                record,
                blocks.unknown_before_run(record.target)
                if capabilities.single_record
                else blocks.unsupported_operation(capabilities, "has no way to delete a credential"),
            )
        block = self._find_block(listing, present, record) or self._find_lost_default(present, record)
        if block is None and not listing.complete:
            block = blocks.incomplete_listing(listing.account)
        source = self._find_source(record, present)
        if block is not None:
            return _build_blocked(record, block)
        if isinstance(source, Block):
            return _build_blocked(record, source)
        return Step(
            action=StepAction.DELETE,
            source=source.address if source else None,
            target=record.target,
            label=format_label(present),
            expect=self._expect_for_delete(listing, present, record, source),
            irreversible=() if capabilities.at_rest else (describe_deleted_password(present),),
            note=capabilities.delete_consequence,
        )

    def _find_lost_default(self, present: Credential, record: WrittenRecord) -> Block | None:
        """Delete a default only where the run made it one and the former default can take its place."""
        if not present.default:
            return None
        if record.default_from is None:
            made_by_run = record.after is not None and record.after.default
            return None if made_by_run else blocks.changed_since(present, ("default",))
        if record.default_from and record.default_from not in self._present:
            return blocks.last_sender(present, "the default")
        return None

    def _find_source(self, record: WrittenRecord, present: Credential) -> Credential | Block | None:
        """Return the source the run copied from, a block where it no longer holds the login, None without a source."""
        address = record.step.source
        account = split_address(address)[0] if address else ""
        if address is None or account not in self.sources:
            return None
        listing = self.sources[account]
        expected = record.step.expect.source
        # Not by address alone: a login that was deleted and restored has another id.
        holding = [
            item
            for item in (listing.known_records if listing else ())
            if (item.address == address if expected is None else not find_source_differences(expected, item))
        ]
        if holding:
            found = next((item for item in holding if item.address == address), holding[0])
            fails = found.verification.summary is Status.FAILED
            if fails and present.verification.summary is Status.VERIFIED:
                return blocks.only_working(record.target, found.address)
            return found
        if listing is None or not listing.complete:
            return blocks.source_unreadable(record.target, account)
        return blocks.only_copy(record.target, address)

    def _expect_for_delete(
        self, listing: AccountListing, present: Credential, record: WrittenRecord, source: Credential | None
    ) -> Expectation:
        expect = expect_stored(listing.capabilities, present, include_default=True)
        fields = dict(expect.fields or {})
        if DEFAULT_FIELD in fields and record.default_from:
            # An earlier step of this plan gives the default back.
            fields[DEFAULT_FIELD] = False
        if source is None:
            return replace(expect, fields=fields)
        works = source.verification.summary is Status.VERIFIED
        return replace(expect, fields=fields, source=expect_source(source, verified=works))

    def _undo_update(self, record: WrittenRecord) -> Step:
        listing, before = self._listing(record.target), record.before
        capabilities = listing.capabilities
        present = self._present.get(record.target)
        if present is None:
            return _build_blocked(record, blocks.gone_since(record.target))
        if before is None:
            return _build_blocked(record, blocks.unknown_before_run(record.target))
        changes = _reverse_changes(record, before, present)
        overwritten = record.step.secret is not None
        if not changes and not overwritten:
            return _build_no_op(record, "It is as it was before the run.")
        block = self._find_block(listing, present, record)
        if block is not None:
            return _build_blocked(record, block)
        changes, refusals = _split_admissible(capabilities, changes, present)
        secret = self._find_former_password(capabilities, record, before)
        needed = overwritten or (capabilities.whole_record and before.auth != "none")
        # With another login's password the provider would log in at a server that the password does not belong to.
        other_login = overwritten and bool(_LOGIN_FIELDS & set(changes))
        if secret is None and needed and (capabilities.whole_record or other_login or not changes):
            return _build_blocked(record, blocks.former_password_needed(before))
        if not changes and secret is None:
            if refusals:
                return _build_blocked(record, blocks.refused_by_target(refusals[0]))
            return _build_no_op(record, "")
        irreversible = [error.message for error in refusals]
        if secret is not None:
            irreversible.append(describe_overwritten_password(present))
        elif overwritten:
            irreversible.append(
                f"{record.target} keeps the password that the run stored: the former one cannot be read."
            )
        return Step(
            action=StepAction.UPDATE,
            target=record.target,
            label=format_label(before),
            expect=expect_stored(capabilities, present),
            changes=changes,
            secret=secret,
            irreversible=tuple(irreversible),
        )

    def _undo_delete(self, record: WrittenRecord) -> Step:
        listing, before = self._listing(record.target), record.before
        if before is None:
            return _build_blocked(record, blocks.unknown_before_run(record.target))
        capabilities = listing.capabilities
        readable = capabilities.for_field("from_email").readable
        key = comparable_identity(before, sender_readable=readable)
        if any(comparable_identity(item, sender_readable=readable) == key for item in listing.known_records):
            return _build_no_op(record, "The login exists again.")
        desired = derive_desired(capabilities, capabilities, before)
        without_password = before.auth == "none" or capabilities.at_rest
        secret = None if without_password else self.find_password(before)
        block: Block | None = None
        if listing.read_only:
            block = blocks.read_only(listing.account)
        elif secret is None and not without_password:
            block = blocks.former_password_needed(before)
        else:
            try:
                self.admit[listing.account](desired.draft(None if without_password else PlaceholderSecret()))
            except SmtptuiError as error:
                block = blocks.refused_by_target(error)
        if block is not None:
            return _build_blocked(record, block)
        changes = {name: FieldChange(None, value) for name, value in desired.values.items()}
        native = dict(desired.native)
        if capabilities.at_rest and PASSWORD_FROM in before.native:
            native[PASSWORD_FROM] = before.native[PASSWORD_FROM]
        changes |= {NATIVE_PREFIX + name: FieldChange(None, value) for name, value in native.items()}
        return Step(
            action=StepAction.CREATE,
            target=listing.account,
            label=format_label(before),
            expect=expect_absent(key, sender_readable=readable),
            changes=changes,
            secret=secret,
            irreversible=(f"{record.target} is created again under another id.",),
        )

    def _find_block(
        self, listing: AccountListing, present: Credential, record: WrittenRecord
    ) -> Block | None:
        """Return why the record may not be written, None where it may."""
        if record.after is not None:
            differences = find_differences(comparable_fields(listing.capabilities, record.after), present)
            if differences:
                return blocks.changed_since(present, differences)
        if listing.read_only:
            return blocks.read_only(listing.account)
        if not present.editable:
            return blocks.not_editable(present)
        return None

    def _find_former_password(
        self, capabilities: Capabilities, record: WrittenRecord, before: Credential
    ) -> PasswordSource | None:
        overwritten = record.step.secret
        if before.auth == "none" or not (overwritten or capabilities.whole_record):
            return None
        found = self.find_password(before)
        if found is None or (overwritten is not None and found.reference == overwritten.reference):
            # The password that the run stored is not the former one.
            return None
        return found

    def _listing(self, address: str) -> AccountListing:
        return self.listings[split_address(address)[0]]


def _reverse_changes(
    record: WrittenRecord, before: Credential, present: Credential
) -> dict[str, FieldChange]:
    """Return the fields that the step wrote, with their former values; the default is moved by a step of its own."""
    changes = {}
    for name, change in record.step.changes.items():
        if name in ("default", "password"):
            continue
        former: Json = change.before
        if not name.startswith(NATIVE_PREFIX):
            former = before.get(name)
        elif name.removeprefix(NATIVE_PREFIX) in before.native:
            former = before.native[name.removeprefix(NATIVE_PREFIX)]
        now = field_value(present, name)
        if now != former and now != without_nulls(former):
            changes[name] = FieldChange(now, former)
    return changes


def _split_admissible(
    capabilities: Capabilities, changes: Mapping[str, FieldChange], present: Credential
) -> tuple[dict[str, FieldChange], list[SmtptuiError]]:
    """Return the changes that the provider takes, and the refusals of the others."""
    taken, refusals = {}, []
    for name, change in changes.items():
        if name.startswith(NATIVE_PREFIX):
            attempt = Change(native={name.removeprefix(NATIVE_PREFIX): change.after})
        else:
            attempt = Change({name: change.new_value})
        try:
            admit_change(capabilities, attempt, present)
        except SmtptuiError as error:
            refusals.append(error)
        else:
            taken[name] = change
    return taken, refusals


def _build_blocked(record: WrittenRecord, block: Block) -> Step:
    return blocked_step(block, target=record.target, label=record.step.label)


def _build_no_op(record: WrittenRecord, note: str) -> Step:
    return Step(action=StepAction.NO_OP, target=record.target, label=record.step.label, note=note)
