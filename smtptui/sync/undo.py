"""The steps that take a run back, from what it wrote and what was there before.

What was changed since stays as it is. What cannot come back, a password above all, is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from smtptui.model.address import split_address
from smtptui.model.admission import admit_change
from smtptui.model.capability import PASSWORD_FROM, Capabilities, ProviderOperation
from smtptui.model.change import Change, Draft, Value
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.identity import identity_of
from smtptui.model.json_value import Json
from smtptui.model.verification import Status
from smtptui.sync import blocks
from smtptui.sync import expectations as expected
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import PlaceholderSecret, comparable_identity
from smtptui.sync.desired import derive_desired
from smtptui.sync.labels import format_label
from smtptui.sync.migration import describe_overwritten_password, order_steps
from smtptui.sync.native import NATIVE_PREFIX, without_nulls
from smtptui.sync.plan import Block, Expectation, FieldChange, PasswordSource, Step, StepAction
from smtptui.sync.pruning import describe_deleted_password

FindFormerPassword = Callable[[Credential], "PasswordSource | None"]
"""Where the password is that a record had before the run; None for nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRecord:
    """What one step of a run did. `target` is the record's address, `before` and `after` the record around the write.

    `written`: something was stored or deleted. `default_from`: it became the default, in place of this address ("" for
    none); None where it did not. `settled` False: it was sent, and what came of it is not known.
    """

    step: Step
    target: str
    before: Credential | None = None
    after: Credential | None = None
    written: bool = True
    default_from: str | None = None
    is_settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterChanges:
    """What was done to the records of a run since, by address.

    `taken_back` and `changed`: the later run that did it. `by_hand`: the login was edited after all of them.
    """

    undone_by: Mapping[str, str] = field(default_factory=dict)
    changed_by: Mapping[str, str] = field(default_factory=dict)
    edited_by_hand: frozenset[str] = frozenset()


def written_account(made: WrittenRecord) -> str:
    """The account a step wrote to; one whose create has no outcome on record has no id yet."""
    unnamed = made.step.action is StepAction.CREATE and made.target == made.step.target
    return made.target if unnamed else split_address(made.target)[0]


def build_undo_steps(
    made: Sequence[WrittenRecord],
    sides: Mapping[str, AccountListing],
    *,
    unread: Mapping[str, str],
    sources: Mapping[str, AccountListing | None],
    since: LaterChanges,
    passwords: FindFormerPassword,
    admit: Mapping[str, Callable[[Draft], None]],
) -> list[Step]:
    """The inverse of what a run made, the last first. `sides` are the accounts it wrote to as they are now, by name.

    `unread` says of the others why they could not be read: what was written there stays.

    `sources` are the accounts that it copied logins from, None for one that cannot be read: what is gone there is
    not deleted at the target as well.
    """
    builder = _Builder(sides, unread, sources, since, passwords, admit)
    steps = [builder.build(item) for item in reversed(made) if item.written or not item.is_settled]
    return order_steps([*builder.build_defaults(made), *steps])


@dataclass
class _Builder:
    sides: Mapping[str, AccountListing]
    unread: Mapping[str, str]
    sources: Mapping[str, AccountListing | None]
    since: LaterChanges
    passwords: FindFormerPassword
    admit: Mapping[str, Callable[[Draft], None]]
    _present: dict[str, Credential] = field(init=False)

    def __post_init__(self) -> None:
        self._present = {item.address: item for side in self.sides.values() for item in side.known_records}

    def build(self, made: WrittenRecord) -> Step:
        if (account := written_account(made)) in self.unread:
            return _build_blocked(made, blocks.unreadable_account(made.target, account, self.unread[account]))
        if made.target in self.since.undone_by:
            return _build_no_op(made, f"The run {self.since.undone_by[made.target]} took it back already.")
        if made.target in self.since.changed_by:
            return _build_blocked(
                made, blocks.changed_by_run(made.target, self.since.changed_by[made.target])
            )
        if not made.is_settled:
            return _build_blocked(made, blocks.unresolved_write(made.target))
        if made.target in self.since.edited_by_hand and made.step.secret is not None:
            return _build_blocked(made, blocks.edited_since(made.target))
        if made.step.action is StepAction.CREATE:
            return self._undo_create(made)
        if made.step.action is StepAction.DELETE:
            return self._undo_delete(made)
        return self._undo_update(made)

    def build_defaults(self, made: Sequence[WrittenRecord]) -> list[Step]:
        """The defaults that the run moved, moved back; without a former one, the present one gives it up."""
        steps = []
        for item in made:
            present = self._present.get(item.target)
            if item.default_from is None or present is None or not present.default:
                continue
            former = self._present.get(item.default_from)
            if former is not None:
                steps.append(
                    self._build_default(former, True, f"It is the default again, in place of {item.target}.")
                )
            elif item.step.action is not StepAction.CREATE:
                steps.append(self._build_default(present, False, "There was no default before the run."))
        return steps

    def _build_default(self, record: Credential, value: bool, note: str) -> Step:
        side = self._listing(record.address)
        if side.read_only:
            return _unable(record, blocks.read_only(side.account))
        return Step(
            n=0,
            action=StepAction.UPDATE,
            source=None,
            target=record.address,
            label=format_label(record),
            expect=expected.expect_stored(side.capabilities, record, include_default=True),
            changes={"default": FieldChange(record.default, value)},
            note=note,
        )

    def _undo_create(self, made: WrittenRecord) -> Step:
        side = self._listing(made.target)
        present = self._present.get(made.target)
        if present is None:
            return _build_no_op(made, "It is gone already.")
        if not side.capabilities.can(ProviderOperation.DELETE):
            unknown = blocks.unknown_before_run(made.target)
            return _build_blocked(
                made,
                unknown
                if side.capabilities.single_record
                else blocks.unsupported_operation(side.capabilities, "has no way to delete a credential"),
            )
        block = self._find_block(side, present, made) or self._find_lost_default(present, made)
        if block is None and not side.complete:
            block = blocks.incomplete_listing(side.account)
        source = self._find_source(made, present)
        if block is not None:
            return _build_blocked(made, block)
        if isinstance(source, Block):
            return _build_blocked(made, source)
        return Step(
            n=0,
            action=StepAction.DELETE,
            source=source.address if source else None,
            target=made.target,
            label=format_label(present),
            expect=self._expect_for_delete(side, present, made, source),
            irreversible=() if side.capabilities.at_rest else (describe_deleted_password(present),),
            note=side.capabilities.delete_consequence,
        )

    def _find_lost_default(self, present: Credential, made: WrittenRecord) -> Block | None:
        """The default goes only where the run made it so, and the one before it is there to take its place."""
        if not present.default:
            return None
        if made.default_from is None:
            made_so = made.after is not None and made.after.default
            return None if made_so else blocks.changed_since(present, ("default",))
        if made.default_from and made.default_from not in self._present:
            return blocks.last_sender(present, "the default")
        return None

    def _find_source(self, made: WrittenRecord, present: Credential) -> Credential | Block | None:
        """What the run copied this from, where it holds the login still; None where nothing holds one."""
        address = made.step.source
        account = split_address(address)[0] if address else ""
        if address is None or account not in self.sources:
            return None
        side = self.sources[account]
        wanted = made.step.expect.source
        # A login that was deleted and came back has another id.
        holding = [
            item
            for item in (side.known_records if side else ())
            if (
                item.address == address
                if wanted is None
                else not expected.find_source_differences(wanted, item)
            )
        ]
        if holding:
            found = next((item for item in holding if item.address == address), holding[0])
            fails = found.verification.summary is Status.FAILED
            if fails and present.verification.summary is Status.VERIFIED:
                return blocks.only_working(made.target, found.address)
            return found
        if side is None or not side.complete:
            return blocks.source_unreadable(made.target, account)
        return blocks.only_copy(made.target, address)

    def _expect_for_delete(
        self, side: AccountListing, present: Credential, made: WrittenRecord, source: Credential | None
    ) -> Expectation:
        expect = expected.expect_stored(side.capabilities, present, include_default=True)
        fields = dict(expect.fields or {})
        if expected.DEFAULT_FIELD in fields and made.default_from:
            # The one before it is the default again by then.
            fields[expected.DEFAULT_FIELD] = False
        standing = None
        if source is not None:
            works = source.verification.summary is Status.VERIFIED
            standing = expected.expect_source(source, verified=works)
        return replace(expect, fields=fields, source=standing)

    def _undo_update(self, made: WrittenRecord) -> Step:
        side, before = self._listing(made.target), made.before
        present = self._present.get(made.target)
        if present is None:
            return _build_blocked(made, blocks.gone_since(made.target))
        if before is None:
            return _build_blocked(made, blocks.unknown_before_run(made.target))
        changes = _reverse_changes(made, before, present)
        overwritten = made.step.secret is not None
        if not changes and not overwritten:
            return _build_no_op(made, "It is as it was before the run.")
        block = self._find_block(side, present, made)
        if block is not None:
            return _build_blocked(made, block)
        changes, lost = _split_admissible(side.capabilities, changes, present)
        secret = self._find_former_password(side.capabilities, made, before)
        needed = overwritten or (side.capabilities.whole_record and before.auth != "none")
        # With the password of another login the provider would try it at a server that it does not belong to.
        other_login = overwritten and bool(_LOGIN & set(changes))
        if secret is None and needed and (side.capabilities.whole_record or other_login or not changes):
            return _build_blocked(made, blocks.former_password_needed(before))
        if not changes and secret is None:
            return _build_blocked(made, blocks.refused_by_target(lost[0])) if lost else _build_no_op(made, "")
        irreversible = [error.message for error in lost]
        if secret is None and overwritten:
            irreversible.append(
                f"The password stays the one that the run stored in {made.target}: the one before cannot be read."
            )
        elif secret is not None:
            irreversible.append(describe_overwritten_password(present))
        return Step(
            n=0,
            action=StepAction.UPDATE,
            source=None,
            target=made.target,
            label=format_label(before),
            expect=expected.expect_stored(side.capabilities, present),
            changes=changes,
            secret=secret,
            irreversible=tuple(irreversible),
        )

    def _undo_delete(self, made: WrittenRecord) -> Step:
        side, before = self._listing(made.target), made.before
        if before is None:
            return _build_blocked(made, blocks.unknown_before_run(made.target))
        capabilities = side.capabilities
        sender = capabilities.for_field("from_email").readable
        if any(
            comparable_identity(item, sender_readable=sender)
            == comparable_identity(before, sender_readable=sender)
            for item in side.known_records
        ):
            return _build_no_op(made, "The login is there again.")
        asked = derive_desired(capabilities, capabilities, before)
        relay = before.auth == "none" or capabilities.at_rest
        secret = None if relay else self.passwords(before)
        block: Block | None = None
        if side.read_only:
            block = blocks.read_only(side.account)
        elif secret is None and not relay:
            block = blocks.former_password_needed(before)
        else:
            try:
                self.admit[side.account](_with_placeholder(asked.draft(None), relay))
            except SmtptuiError as error:
                block = blocks.refused_by_target(error)
        if block is not None:
            return _build_blocked(made, block)
        changes = {name: FieldChange(None, value) for name, value in asked.values.items()}
        native = dict(asked.native)
        if capabilities.at_rest and PASSWORD_FROM in before.native:
            native[PASSWORD_FROM] = before.native[PASSWORD_FROM]
        changes |= {NATIVE_PREFIX + key: FieldChange(None, value) for key, value in native.items()}
        return Step(
            n=0,
            action=StepAction.CREATE,
            source=None,
            target=side.account,
            label=format_label(before),
            expect=expected.expect_absent(
                identity_of(before) if sender else identity_of(before)._replace(from_email=None),
                sender_readable=sender,
            ),
            changes=changes,
            secret=secret,
            irreversible=(f"{made.target} comes back under another id.",),
        )

    def _find_block(self, side: AccountListing, present: Credential, made: WrittenRecord) -> Block | None:
        if made.after is not None:
            now = expected.comparable_fields(side.capabilities, made.after)
            differing = expected.find_differences(now, present)
            if differing:
                return blocks.changed_since(present, differing)
        if side.read_only:
            return blocks.read_only(side.account)
        if not present.editable:
            return blocks.not_editable(present)
        return None

    def _find_former_password(
        self, capabilities: Capabilities, made: WrittenRecord, before: Credential
    ) -> PasswordSource | None:
        overwritten = made.step.secret
        if before.auth == "none" or not (overwritten or capabilities.whole_record):
            return None
        found = self.passwords(before)
        if found is None or (overwritten is not None and found.reference == overwritten.reference):
            # What the run itself stored is not what was there before it.
            return None
        return found

    def _listing(self, address: str) -> AccountListing:
        return self.sides[split_address(address)[0]]


_LOGIN = frozenset({"host", "port", "security", "username"})


def _with_placeholder(draft: Draft, relay: bool) -> Draft:
    """The draft with a stand-in for the password that comes later."""
    return draft if relay else replace(draft, password=PlaceholderSecret())


def _reverse_changes(made: WrittenRecord, before: Credential, present: Credential) -> dict[str, FieldChange]:
    """The fields that the step wrote, with what they were; the default moves on its own."""
    changes = {}
    for name, changed in made.step.changes.items():
        if name in ("default", "password"):
            continue
        former: Json = changed.before
        if not name.startswith(NATIVE_PREFIX):
            former = before.get(name)
        elif name.removeprefix(NATIVE_PREFIX) in before.native:
            former = before.native[name.removeprefix(NATIVE_PREFIX)]
        now = expected.field_value(present, name)
        if now != former and now != without_nulls(former):
            changes[name] = FieldChange(now, former)
    return changes


def _split_admissible(
    capabilities: Capabilities, changes: Mapping[str, FieldChange], present: Credential
) -> tuple[dict[str, FieldChange], list[SmtptuiError]]:
    """The changes that the provider takes, and why it does not take the others."""
    taken, lost = {}, []
    for name, changed in changes.items():
        if name.startswith(NATIVE_PREFIX):
            change = Change(native={name.removeprefix(NATIVE_PREFIX): changed.after})
        else:
            change = Change({name: _as_value(changed.after)})
        try:
            admit_change(capabilities, change, present)
        except SmtptuiError as error:
            lost.append(error)
        else:
            taken[name] = changed
    return taken, lost


def _as_value(value: Json) -> Value:
    return value if isinstance(value, (str, int, bool)) else None


def _build_blocked(made: WrittenRecord, block: Block) -> Step:
    return Step(
        n=0,
        action=StepAction.BLOCKED,
        source=None,
        target=made.target,
        label=made.step.label,
        blocked=block,
    )


def _unable(record: Credential, block: Block) -> Step:
    return Step(
        n=0,
        action=StepAction.BLOCKED,
        source=None,
        target=record.address,
        label=format_label(record),
        blocked=block,
    )


def _build_no_op(made: WrittenRecord, note: str) -> Step:
    return Step(
        n=0, action=StepAction.NO_OP, source=None, target=made.target, label=made.step.label, note=note
    )
