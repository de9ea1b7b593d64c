"""The steps of a migration: what each source credential needs so that the target holds it. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from smtptui.model.capability import PASSWORD_FROM, Capabilities, Operation
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.identity import Identity
from smtptui.sync import blocks, expected
from smtptui.sync.account_listing import Side
from smtptui.sync.candidates import Admit, Candidate, Reference, candidates, key_of, sender_readable
from smtptui.sync.difference import Difference, difference
from smtptui.sync.native import PREFIX
from smtptui.sync.parts import Parts
from smtptui.sync.plan import ORDER, TRIED, WRITING, Action, Block, Changed, Expectation, SecretUse, Step
from smtptui.sync.wording import label

Passwords = Callable[[Credential, "Credential | None"], "SecretUse | None"]
"""Where the password of a source record is, for a record that the target may hold already; None for nowhere."""

Probeable = Callable[[Credential], bool]
"""Whether our own probe can try a stored record, without the password of a step."""

Linked = Callable[[str, str], bool]
"""Whether a source address is on record as migrated to a target address."""


def migration(
    source: Side,
    target: Side,
    picked: Sequence[Credential],
    *,
    passwords: Passwords,
    reference: Reference,
    linked: Linked,
    admit: Admit,
    probeable: Probeable,
) -> Parts[list[Step]]:
    """One step for every picked credential of the source, in the order in which they are applied.

    A credential or two at a time.
    """
    builder = _Builder(source, target, passwords, linked, probeable)
    found = yield from candidates(source, target, picked, admit=admit, reference=reference)
    chosen = {item.record.address: item for item in found.chosen}
    steps = []
    for record in picked:
        item = chosen.get(record.address)
        steps.append(builder.step(item) if item else builder.blocked(record, found.blocked[record.address]))
        yield
    return ordered(steps)


def ordered(steps: Sequence[Step]) -> list[Step]:
    """Steps in the order of their actions, otherwise as they were given, numbered from 1."""
    by_action = sorted(steps, key=lambda step: ORDER.index(step.action))
    return [replace(step, n=n) for n, step in enumerate(by_action, 1)]


class _Builder:
    """Makes the steps towards one target; its records by identity are looked up once."""

    def __init__(
        self, source: Side, target: Side, passwords: Passwords, linked: Linked, probeable: Probeable
    ) -> None:
        self._target = target
        self._passwords = passwords
        self._linked = linked
        self._probeable = probeable
        self._sender_readable = sender_readable(source, target)
        self._stored: dict[Identity, list[Credential]] = {}
        for item in target.known:
            self._stored.setdefault(key_of(item, sender_readable=self._sender_readable), []).append(item)

    @property
    def _capabilities(self) -> Capabilities:
        return self._target.capabilities

    def step(self, item: Candidate) -> Step:
        found = self._stored.get(item.key, [])
        if len(found) > 1:
            return self.blocked(item.record, blocks.ambiguous(found))
        if found:
            return self._kept_up(item, found[0])
        if self._capabilities.single_record and self._target.known:
            return self._replaced(item, self._target.known[0])
        return self._created(item)

    def blocked(self, record: Credential, block: Block, stored: Credential | None = None) -> Step:
        return Step(
            n=0,
            action=Action.BLOCKED,
            source=record.address,
            target=stored.address if stored else self._target.account,
            label=label(record),
            blocked=block,
        )

    def _created(self, item: Candidate) -> Step:
        if not self._capabilities.can(Operation.CREATE):
            return self.blocked(
                item.record, blocks.unsupported(self._capabilities, "cannot create credentials")
            )
        if item.refused is not None:
            return self.blocked(item.record, item.refused)
        changes = {name: Changed(None, value) for name, value in item.wanted.values.items()}
        changes |= {PREFIX + key: Changed(None, value) for key, value in item.wanted.native.items()}
        unknown = self._capabilities.single_record
        expect = (
            Expectation(checkable=False)
            if unknown
            else expected.absent(item.key, sender_readable=self._sender_readable)
        )
        step = Step(
            n=0,
            action=Action.CREATE,
            source=item.record.address,
            target=self._target.account,
            label=label(item.record),
            expect=replace(expect, source=expected.standing(item.record)),
            changes=changes,
            losses=item.wanted.losses,
            irreversible=(_OVERWRITES_UNKNOWN.format(self._target.account),) if unknown else (),
            note=self._default_moves(changes) or self._without_reference(item),
        )
        return self._with_password(step, item.record, None)

    def _kept_up(self, item: Candidate, stored: Credential) -> Step:
        """The target holds the credential: is it as wanted, and is that on record?"""
        tried = self._capabilities.at_rest or self._tries_by_itself or self._probeable(stored)
        found = difference(self._capabilities, item.wanted, stored, can_be_tried=tried)
        missing = stored.password is PasswordState.ABSENT and self._takes_password(item.record)
        # What was sent last may not be what is stored: only another write makes that sure.
        unsettled = self._capabilities.single_record and not self._target.complete
        if found.changes or missing or unsettled:
            return self._updated(item, stored, found, password=missing)
        known = self._linked(item.record.address, stored.address)
        return Step(
            n=0,
            action=Action.NO_OP if known else Action.ADOPT,
            source=item.record.address,
            target=stored.address,
            label=label(item.record),
            expect=replace(
                expected.stored(self._capabilities, stored),
                source=None if known else expected.standing(item.record),
            ),
            losses=() if known else found.losses,
            note=found.note,
        )

    def _replaced(self, item: Candidate, stored: Credential) -> Step:
        """The target's one record is another credential."""
        if item.refused is not None:
            return self.blocked(item.record, item.refused, stored)
        found = difference(self._capabilities, item.wanted, stored, whole=True)
        return self._updated(item, stored, found, password=self._takes_password(item.record))

    def _updated(self, item: Candidate, stored: Credential, found: Difference, *, password: bool) -> Step:
        if not self._capabilities.can(Operation.UPDATE):
            return self.blocked(
                item.record,
                blocks.unsupported(self._capabilities, "cannot change stored credentials"),
                stored,
            )
        if not stored.editable:
            return self.blocked(item.record, blocks.not_editable(stored), stored)
        step = Step(
            n=0,
            action=Action.UPDATE,
            source=item.record.address,
            target=stored.address,
            label=label(item.record),
            expect=replace(
                expected.stored(self._capabilities, stored, moves="default" in found.changes),
                source=expected.standing(item.record),
            ),
            changes=found.changes,
            losses=found.losses,
            note=found.note or self._default_moves(found.changes),
        )
        sent = password or (self._capabilities.whole_record and self._takes_password(item.record))
        if not sent:
            return self._unless_read_only(step)
        if stored.password is not PasswordState.ABSENT:
            step = replace(step, irreversible=(password_overwritten(stored),))
        return self._with_password(step, item.record, stored)

    def _with_password(self, step: Step, record: Credential, stored: Credential | None) -> Step:
        if not self._takes_password(record):
            return self._unless_read_only(step)
        secret = self._passwords(record, stored)
        if secret is None:
            return self.blocked(record, blocks.password_needed(record, self._capabilities), stored)
        return self._unless_read_only(replace(step, secret=secret))

    def _unless_read_only(self, step: Step) -> Step:
        if step.action not in WRITING or not self._target.read_only:
            return step
        return replace(
            step,
            action=Action.BLOCKED,
            expect=Expectation(),
            changes={},
            losses=(),
            secret=None,
            irreversible=(),
            blocked=blocks.read_only(self._target.account),
            note="",
        )

    def _takes_password(self, record: Credential) -> bool:
        return record.auth != "none" and not self._capabilities.at_rest

    @property
    def _tries_by_itself(self) -> bool:
        """Whether the provider tries a stored record, without sending a mail."""
        return self._capabilities.can(Operation.VERIFY_STORED) and not self._capabilities.verify_sends_mail

    def _without_reference(self, item: Candidate) -> str:
        missing = self._capabilities.at_rest and PASSWORD_FROM not in item.wanted.native
        if not missing or item.record.auth == "none":
            return ""
        return f"{self._target.account} does not say where its password is: none is named for it."

    def _default_moves(self, changes: Mapping[str, Changed]) -> str:
        if "default" not in changes or changes["default"].after is not True:
            return ""
        former = next((item.address for item in self._target.credentials if item.default), None)
        gives_way = f", in place of {former}" if former else ""
        return f"It becomes the default once it is verified{gives_way}."


_OVERWRITES_UNKNOWN = "Whatever {} holds now is replaced, host, sender, login and password: nobody can read it back or restore it."


def password_overwritten(stored: Credential) -> str:
    """Said of every step that stores another password in a record that has one."""
    return (
        f"The password that {stored.address} has now is overwritten and kept nowhere: "
        "an undo needs it again (--password-from)."
    )


def to_do(steps: Sequence[Step]) -> int:
    """How many steps an apply does something for."""
    return sum(step.action in TRIED for step in steps)
