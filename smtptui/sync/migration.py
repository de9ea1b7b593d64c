"""The steps of a migration: what each source credential needs so that the target holds it. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from smtptui.model.capability import PASSWORD_FROM, Capabilities, ProviderOperation
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.identity import Identity
from smtptui.sync import blocks
from smtptui.sync import expectations as expected
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import (
    Admit,
    Candidate,
    PasswordReference,
    choose_candidates,
    comparable_identity,
    is_sender_readable,
)
from smtptui.sync.cooperative import Cooperative
from smtptui.sync.labels import format_label
from smtptui.sync.native import NATIVE_PREFIX
from smtptui.sync.plan import (
    ACTION_ORDER,
    ACTIONABLE,
    WRITING,
    Block,
    Expectation,
    FieldChange,
    PasswordSource,
    Step,
    StepAction,
)
from smtptui.sync.record_changes import RecordChanges, find_changes

FindPassword = Callable[[Credential, "Credential | None"], "PasswordSource | None"]
"""Where the password of a source record is, for a record that the target may hold already; None for nowhere."""

CanProbe = Callable[[Credential], bool]
"""Whether our own probe can try a stored record, without the password of a step."""

IsLinked = Callable[[str, str], bool]
"""Whether a source address is on record as migrated to a target address."""


def build_migration_steps(
    source: AccountListing,
    target: AccountListing,
    picked: Sequence[Credential],
    *,
    passwords: FindPassword,
    reference: PasswordReference,
    linked: IsLinked,
    admit: Admit,
    probeable: CanProbe,
) -> Cooperative[list[Step]]:
    """One step for every picked credential of the source, in the order in which they are applied.

    A credential or two at a time.
    """
    builder = _Builder(source, target, passwords, linked, probeable)
    found = yield from choose_candidates(source, target, picked, admit=admit, reference=reference)
    chosen = {item.record.address: item for item in found.chosen}
    steps = []
    for record in picked:
        item = chosen.get(record.address)
        steps.append(
            builder.build(item) if item else builder.build_blocked(record, found.blocked[record.address])
        )
        yield
    return order_steps(steps)


def order_steps(steps: Sequence[Step]) -> list[Step]:
    """Steps in the order of their actions, otherwise as they were given, numbered from 1."""
    by_action = sorted(steps, key=lambda step: ACTION_ORDER.index(step.action))
    return [replace(step, n=n) for n, step in enumerate(by_action, 1)]


class _Builder:
    """Makes the steps towards one target; its records by identity are looked up once."""

    def __init__(
        self,
        source: AccountListing,
        target: AccountListing,
        passwords: FindPassword,
        linked: IsLinked,
        probeable: CanProbe,
    ) -> None:
        self._target = target
        self._passwords = passwords
        self._linked = linked
        self._probeable = probeable
        self._sender_readable = is_sender_readable(source, target)
        self._stored: dict[Identity, list[Credential]] = {}
        for item in target.known_records:
            self._stored.setdefault(
                comparable_identity(item, sender_readable=self._sender_readable), []
            ).append(item)

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
        return Step(
            n=0,
            action=StepAction.BLOCKED,
            source=record.address,
            target=stored.address if stored else self._target.account,
            label=format_label(record),
            blocked=block,
        )

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
            else expected.expect_absent(item.identity, sender_readable=self._sender_readable)
        )
        step = Step(
            n=0,
            action=StepAction.CREATE,
            source=item.record.address,
            target=self._target.account,
            label=format_label(item.record),
            expect=replace(expect, source=expected.expect_source(item.record)),
            changes=changes,
            losses=item.desired.losses,
            irreversible=(_OVERWRITES_UNKNOWN_RECORD.format(self._target.account),) if unknown else (),
            note=self._describe_default_change(changes) or self._describe_missing_reference(item),
        )
        return self._with_password(step, item.record, None)

    def _build_for_stored(self, item: Candidate, stored: Credential) -> Step:
        """The target holds the credential: is it as wanted, and is that on record?"""
        tried = self._capabilities.at_rest or self._can_verify_stored or self._probeable(stored)
        found = find_changes(self._capabilities, item.desired, stored, can_be_tried=tried)
        missing = stored.password is PasswordState.ABSENT and self._needs_password(item.record)
        # What was sent last may not be what is stored: only another write makes that sure.
        unsettled = self._capabilities.single_record and not self._target.complete
        if found.changes or missing or unsettled:
            return self._build_update(item, stored, found, password=missing)
        known = self._linked(item.record.address, stored.address)
        return Step(
            n=0,
            action=StepAction.NO_OP if known else StepAction.ADOPT,
            source=item.record.address,
            target=stored.address,
            label=format_label(item.record),
            expect=replace(
                expected.expect_stored(self._capabilities, stored),
                source=None if known else expected.expect_source(item.record),
            ),
            losses=() if known else found.losses,
            note=found.note,
        )

    def _build_replace(self, item: Candidate, stored: Credential) -> Step:
        """The target's one record is another credential."""
        if item.refusal is not None:
            return self.build_blocked(item.record, item.refusal, stored)
        found = find_changes(self._capabilities, item.desired, stored, whole=True)
        return self._build_update(item, stored, found, password=self._needs_password(item.record))

    def _build_update(
        self, item: Candidate, stored: Credential, found: RecordChanges, *, password: bool
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
            n=0,
            action=StepAction.UPDATE,
            source=item.record.address,
            target=stored.address,
            label=format_label(item.record),
            expect=replace(
                expected.expect_stored(
                    self._capabilities, stored, include_default="default" in found.changes
                ),
                source=expected.expect_source(item.record),
            ),
            changes=found.changes,
            losses=found.losses,
            note=found.note or self._describe_default_change(found.changes),
        )
        sent = password or (self._capabilities.whole_record and self._needs_password(item.record))
        if not sent:
            return self._block_if_read_only(step)
        if stored.password is not PasswordState.ABSENT:
            step = replace(step, irreversible=(describe_overwritten_password(stored),))
        return self._with_password(step, item.record, stored)

    def _with_password(self, step: Step, record: Credential, stored: Credential | None) -> Step:
        if not self._needs_password(record):
            return self._block_if_read_only(step)
        secret = self._passwords(record, stored)
        if secret is None:
            return self.build_blocked(record, blocks.password_needed(record, self._capabilities), stored)
        return self._block_if_read_only(replace(step, secret=secret))

    def _block_if_read_only(self, step: Step) -> Step:
        if step.action not in WRITING or not self._target.read_only:
            return step
        return replace(
            step,
            action=StepAction.BLOCKED,
            expect=Expectation(),
            changes={},
            losses=(),
            secret=None,
            irreversible=(),
            blocked=blocks.read_only(self._target.account),
            note="",
        )

    def _needs_password(self, record: Credential) -> bool:
        return record.auth != "none" and not self._capabilities.at_rest

    @property
    def _can_verify_stored(self) -> bool:
        """Whether the provider tries a stored record, without sending a mail."""
        return (
            self._capabilities.can(ProviderOperation.VERIFY_STORED)
            and not self._capabilities.verify_sends_mail
        )

    def _describe_missing_reference(self, item: Candidate) -> str:
        missing = self._capabilities.at_rest and PASSWORD_FROM not in item.desired.native
        if not missing or item.record.auth == "none":
            return ""
        return f"{self._target.account} does not say where its password is: none is named for it."

    def _describe_default_change(self, changes: Mapping[str, FieldChange]) -> str:
        if "default" not in changes or changes["default"].after is not True:
            return ""
        former = next((item.address for item in self._target.credentials if item.default), None)
        gives_way = f", in place of {former}" if former else ""
        return f"It becomes the default once it is verified{gives_way}."


_OVERWRITES_UNKNOWN_RECORD = "Whatever {} holds now is replaced, host, sender, login and password: nobody can read it back or restore it."


def describe_overwritten_password(stored: Credential) -> str:
    """Said of every step that stores another password in a record that has one."""
    return (
        f"The password that {stored.address} has now is overwritten and kept nowhere: "
        "an undo needs it again (--password-from)."
    )


def to_do(steps: Sequence[Step]) -> int:
    """How many steps an apply does something for."""
    return sum(step.action in ACTIONABLE for step in steps)
