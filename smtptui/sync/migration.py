"""Build the steps of a migration: what each source credential needs so that the target holds it. Deletes nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

from smtptui.model.capability import PASSWORD_FROM, Capabilities, ProviderOperation
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.identity import Identity
from smtptui.sync import blocks
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import (
    Admit,
    Candidate,
    PasswordReference,
    choose_candidates,
    comparable_identity,
    is_sender_readable,
)
from smtptui.sync.expectations import expect_absent, expect_source, expect_stored
from smtptui.sync.labels import format_label
from smtptui.sync.native import NATIVE_PREFIX
from smtptui.sync.plan import (
    ACTION_ORDER,
    WRITING,
    Block,
    Expectation,
    FieldChange,
    PasswordSource,
    Step,
    StepAction,
    blocked_step,
)
from smtptui.sync.record_changes import RecordChanges, find_changes

FindPassword = Callable[[Credential, "Credential | None"], "PasswordSource | None"]
"""Returns where the password of a source record comes from; the target's record may exist already."""

CanProbe = Callable[[Credential], bool]
"""Whether our own probe can verify a stored record without the password of a step."""

IsLinked = Callable[[str, str], bool]
"""Whether a source address is on record as migrated to a target address."""


def build_migration_steps(
    source: AccountListing,
    target: AccountListing,
    selected: Sequence[Credential],
    *,
    find_password: FindPassword,
    reference: PasswordReference,
    is_linked: IsLinked,
    admit: Admit,
    can_probe: CanProbe,
) -> Generator[None, None, list[Step]]:
    """Build one step for every selected credential of the source, in the order of execution.

    Yields after a credential or two, so that the caller can do something else in between; returns the steps.
    """
    builder = _Builder(source, target, find_password, is_linked, can_probe)
    found = yield from choose_candidates(source, target, selected, admit=admit, reference=reference)
    chosen = {item.record.address: item for item in found.chosen}
    steps = []
    for record in selected:
        item = chosen.get(record.address)
        steps.append(
            builder.build(item) if item else builder.build_blocked(record, found.blocked[record.address])
        )
        yield
    return order_steps(steps)


def order_steps(steps: Sequence[Step]) -> list[Step]:
    """Sort steps by their actions, keeping the given order within each, and number them from 1."""
    by_action = sorted(steps, key=lambda step: ACTION_ORDER.index(step.action))
    return [replace(step, n=n) for n, step in enumerate(by_action, 1)]


class _Builder:
    """Builds the steps towards one target, whose records are indexed by identity."""

    def __init__(
        self,
        source: AccountListing,
        target: AccountListing,
        find_password: FindPassword,
        is_linked: IsLinked,
        can_probe: CanProbe,
    ) -> None:
        self._target = target
        self._find_password = find_password
        self._is_linked = is_linked
        self._can_probe = can_probe
        self._sender_readable = is_sender_readable(source, target)
        self._stored: dict[Identity, list[Credential]] = {}
        for item in target.known_records:
            key = comparable_identity(item, sender_readable=self._sender_readable)
            self._stored.setdefault(key, []).append(item)

    @property
    def _capabilities(self) -> Capabilities:
        return self._target.capabilities

    def build(self, item: Candidate) -> Step:
        found = self._stored.get(item.identity, [])
        if len(found) > 1:
            return self.build_blocked(item.record, blocks.ambiguous(found))
        if found:
            return self._build_for_stored(item, found[0])
        if self._capabilities.single_record and self._target.known_records:
            return self._build_replace(item, self._target.known_records[0])
        return self._build_create(item)

    def build_blocked(self, record: Credential, block: Block, stored: Credential | None = None) -> Step:
        target = stored.address if stored else self._target.account
        return blocked_step(block, source=record.address, target=target, label=format_label(record))

    def _build_create(self, item: Candidate) -> Step:
        if not self._capabilities.can(ProviderOperation.CREATE):
            return self.build_blocked(
                item.record, blocks.unsupported_operation(self._capabilities, "cannot create credentials")
            )
        if item.refusal is not None:
            return self.build_blocked(item.record, item.refusal)
        changes = {name: FieldChange(None, value) for name, value in item.desired.values.items()}
        changes |= {
            NATIVE_PREFIX + key: FieldChange(None, value) for key, value in item.desired.native.items()
        }
        unknown = self._capabilities.single_record
        expect = (
            Expectation(checkable=False)
            if unknown
            else expect_absent(item.identity, sender_readable=self._sender_readable)
        )
        step = Step(
            action=StepAction.CREATE,
            source=item.record.address,
            target=self._target.account,
            label=format_label(item.record),
            expect=replace(expect, source=expect_source(item.record)),
            changes=changes,
            losses=item.desired.losses,
            irreversible=(_OVERWRITES_UNKNOWN_RECORD.format(self._target.account),) if unknown else (),
            note=self._describe_default_change(changes) or self._describe_missing_reference(item),
        )
        return self._with_password(step, item.record, None)

    def _build_for_stored(self, item: Candidate, stored: Credential) -> Step:
        """Build the step for a credential that the target holds: an update, an adoption, or nothing."""
        can_verify = (
            self._capabilities.at_rest
            or self._capabilities.can_verify_without_mail
            or self._can_probe(stored)
        )
        found = find_changes(self._capabilities, item.desired, stored, can_verify=can_verify)
        lacks_password = stored.password is PasswordState.ABSENT and self._needs_password(item.record)
        # An unreadable record may differ from what was written last: only another write makes sure.
        unsettled = self._capabilities.single_record and not self._target.complete
        if found.changes or lacks_password or unsettled:
            return self._build_update(item, stored, found, sends_password=lacks_password)
        known = self._is_linked(item.record.address, stored.address)
        return Step(
            action=StepAction.NO_OP if known else StepAction.ADOPT,
            source=item.record.address,
            target=stored.address,
            label=format_label(item.record),
            expect=replace(
                expect_stored(self._capabilities, stored),
                source=None if known else expect_source(item.record),
            ),
            losses=() if known else found.losses,
            note=found.note,
        )

    def _build_replace(self, item: Candidate, stored: Credential) -> Step:
        """Build the step that replaces the target's single record, which holds another credential."""
        if item.refusal is not None:
            return self.build_blocked(item.record, item.refusal, stored)
        found = find_changes(self._capabilities, item.desired, stored, replaces=True)
        return self._build_update(item, stored, found, sends_password=self._needs_password(item.record))

    def _build_update(
        self, item: Candidate, stored: Credential, found: RecordChanges, *, sends_password: bool
    ) -> Step:
        if not self._capabilities.can(ProviderOperation.UPDATE):
            return self.build_blocked(
                item.record,
                blocks.unsupported_operation(self._capabilities, "cannot change stored credentials"),
                stored,
            )
        if not stored.editable:
            return self.build_blocked(item.record, blocks.not_editable(stored), stored)
        step = Step(
            action=StepAction.UPDATE,
            source=item.record.address,
            target=stored.address,
            label=format_label(item.record),
            expect=replace(
                expect_stored(self._capabilities, stored, include_default="default" in found.changes),
                source=expect_source(item.record),
            ),
            changes=found.changes,
            losses=found.losses,
            note=found.note or self._describe_default_change(found.changes),
        )
        if not sends_password and not (self._capabilities.whole_record and self._needs_password(item.record)):
            return self._block_if_read_only(step)
        if stored.password is not PasswordState.ABSENT:
            step = replace(step, irreversible=(describe_overwritten_password(stored),))
        return self._with_password(step, item.record, stored)

    def _with_password(self, step: Step, record: Credential, stored: Credential | None) -> Step:
        if not self._needs_password(record):
            return self._block_if_read_only(step)
        secret = self._find_password(record, stored)
        if secret is None:
            return self.build_blocked(record, blocks.password_needed(record, self._capabilities), stored)
        return self._block_if_read_only(replace(step, secret=secret))

    def _block_if_read_only(self, step: Step) -> Step:
        if step.action not in WRITING or not self._target.read_only:
            return step
        block = blocks.read_only(self._target.account)
        return blocked_step(block, source=step.source, target=step.target or "", label=step.label)

    def _needs_password(self, record: Credential) -> bool:
        return record.auth != "none" and not self._capabilities.at_rest

    def _describe_missing_reference(self, item: Candidate) -> str:
        missing = self._capabilities.at_rest and PASSWORD_FROM not in item.desired.native
        if not missing or item.record.auth == "none":
            return ""
        return f"No reference to its password is known, so {self._target.account} stores none."

    def _describe_default_change(self, changes: Mapping[str, FieldChange]) -> str:
        if "default" not in changes or changes["default"].after is not True:
            return ""
        former = next((item.address for item in self._target.credentials if item.default), None)
        instead = f", instead of {former}" if former else ""
        return f"It becomes the default once it is verified{instead}."


_OVERWRITES_UNKNOWN_RECORD = (
    "The present record of {} is replaced, with its host, sender, login and password: "
    "nobody can read or restore it."
)


def describe_overwritten_password(stored: Credential) -> str:
    """Say, for every step that stores another password in a record that has one, what an undo needs."""
    return (
        f"The present password of {stored.address} is overwritten and kept nowhere: "
        "an undo needs it again (--password-from)."
    )
