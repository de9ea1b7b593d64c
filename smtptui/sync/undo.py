"""The steps that take a run back, from what it wrote and what was there before.

What was changed since stays as it is. What cannot come back, a password above all, is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from smtptui.model.address import split
from smtptui.model.admission import admitted_change
from smtptui.model.capability import PASSWORD_FROM, Capabilities, Operation
from smtptui.model.change import Change, Draft, Value
from smtptui.model.credential import Credential
from smtptui.model.errors import SmtptuiError
from smtptui.model.identity import identity
from smtptui.model.json_value import Json
from smtptui.model.verification import Status
from smtptui.sync import blocks, expected
from smtptui.sync.account_listing import Side
from smtptui.sync.candidates import StandIn, key_of
from smtptui.sync.desired import wanted
from smtptui.sync.migration import ordered, password_overwritten
from smtptui.sync.native import PREFIX, without_nulls
from smtptui.sync.plan import Action, Block, Changed, Expectation, SecretUse, Step
from smtptui.sync.pruning import deleted_for_good
from smtptui.sync.wording import label

Passwords = Callable[[Credential], "SecretUse | None"]
"""Where the password is that a record had before the run; None for nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
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
    settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What was done to the records of a run since, by address.

    `taken_back` and `changed`: the later run that did it. `by_hand`: the login was edited after all of them.
    """

    taken_back: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)
    by_hand: frozenset[str] = frozenset()


def account_of(made: Made) -> str:
    """The account a step wrote to; one whose create has no outcome on record has no id yet."""
    unnamed = made.step.action is Action.CREATE and made.target == made.step.target
    return made.target if unnamed else split(made.target)[0]


def undoing(
    made: Sequence[Made],
    sides: Mapping[str, Side],
    *,
    unread: Mapping[str, str],
    sources: Mapping[str, Side | None],
    since: Since,
    passwords: Passwords,
    admit: Mapping[str, Callable[[Draft], None]],
) -> list[Step]:
    """The inverse of what a run made, the last first. `sides` are the accounts it wrote to as they are now, by name.

    `unread` says of the others why they could not be read: what was written there stays.

    `sources` are the accounts that it copied logins from, None for one that cannot be read: what is gone there is
    not deleted at the target as well.
    """
    builder = _Builder(sides, unread, sources, since, passwords, admit)
    steps = [builder.step(item) for item in reversed(made) if item.written or not item.settled]
    return ordered([*builder.defaults(made), *steps])


@dataclass
class _Builder:
    sides: Mapping[str, Side]
    unread: Mapping[str, str]
    sources: Mapping[str, Side | None]
    since: Since
    passwords: Passwords
    admit: Mapping[str, Callable[[Draft], None]]
    _present: dict[str, Credential] = field(init=False)

    def __post_init__(self) -> None:
        self._present = {item.address: item for side in self.sides.values() for item in side.known}

    def step(self, made: Made) -> Step:
        if (account := account_of(made)) in self.unread:
            return _blocked(made, blocks.unread(made.target, account, self.unread[account]))
        if made.target in self.since.taken_back:
            return _nothing(made, f"The run {self.since.taken_back[made.target]} took it back already.")
        if made.target in self.since.changed:
            return _blocked(made, blocks.changed_by_run(made.target, self.since.changed[made.target]))
        if not made.settled:
            return _blocked(made, blocks.not_settled(made.target))
        if made.target in self.since.by_hand and made.step.secret is not None:
            return _blocked(made, blocks.edited_since(made.target))
        if made.step.action is Action.CREATE:
            return self._uncreated(made)
        if made.step.action is Action.DELETE:
            return self._undeleted(made)
        return self._unchanged_again(made)

    def defaults(self, made: Sequence[Made]) -> list[Step]:
        """The defaults that the run moved, moved back; without a former one, the present one gives it up."""
        steps = []
        for item in made:
            present = self._present.get(item.target)
            if item.default_from is None or present is None or not present.default:
                continue
            former = self._present.get(item.default_from)
            if former is not None:
                steps.append(
                    self._default(former, True, f"It is the default again, in place of {item.target}.")
                )
            elif item.step.action is not Action.CREATE:
                steps.append(self._default(present, False, "There was no default before the run."))
        return steps

    def _default(self, record: Credential, value: bool, note: str) -> Step:
        side = self._side(record.address)
        if side.read_only:
            return _unable(record, blocks.read_only(side.account))
        return Step(
            n=0,
            action=Action.UPDATE,
            source=None,
            target=record.address,
            label=label(record),
            expect=expected.stored(side.capabilities, record, moves=True),
            changes={"default": Changed(record.default, value)},
            note=note,
        )

    def _uncreated(self, made: Made) -> Step:
        side = self._side(made.target)
        present = self._present.get(made.target)
        if present is None:
            return _nothing(made, "It is gone already.")
        if not side.capabilities.can(Operation.DELETE):
            unknown = blocks.overwritten_unknown(made.target)
            return _blocked(
                made,
                unknown
                if side.capabilities.single_record
                else blocks.unsupported(side.capabilities, "has no way to delete a credential"),
            )
        block = self._why_not(side, present, made) or self._default_lost(present, made)
        if block is None and not side.complete:
            block = blocks.incomplete(side.account)
        source = self._source(made, present)
        if block is not None:
            return _blocked(made, block)
        if isinstance(source, Block):
            return _blocked(made, source)
        return Step(
            n=0,
            action=Action.DELETE,
            source=source.address if source else None,
            target=made.target,
            label=label(present),
            expect=self._to_delete(side, present, made, source),
            irreversible=() if side.capabilities.at_rest else (deleted_for_good(present),),
            note=side.capabilities.delete_consequence,
        )

    def _default_lost(self, present: Credential, made: Made) -> Block | None:
        """The default goes only where the run made it so, and the one before it is there to take its place."""
        if not present.default:
            return None
        if made.default_from is None:
            made_so = made.after is not None and made.after.default
            return None if made_so else blocks.changed_since(present, ("default",))
        if made.default_from and made.default_from not in self._present:
            return blocks.last_sender(present, "the default")
        return None

    def _source(self, made: Made, present: Credential) -> Credential | Block | None:
        """What the run copied this from, where it holds the login still; None where nothing holds one."""
        address = made.step.source
        account = split(address)[0] if address else ""
        if address is None or account not in self.sources:
            return None
        side = self.sources[account]
        wanted = made.step.expect.source
        # A login that was deleted and came back has another id.
        holding = [
            item
            for item in (side.known if side else ())
            if (item.address == address if wanted is None else not expected.standing_otherwise(wanted, item))
        ]
        if holding:
            found = next((item for item in holding if item.address == address), holding[0])
            fails = found.verification.summary is Status.FAILED
            if fails and present.verification.summary is Status.VERIFIED:
                return blocks.only_working(made.target, found.address)
            return found
        if side is None or not side.complete:
            return blocks.source_unread(made.target, account)
        return blocks.only_copy(made.target, address)

    def _to_delete(
        self, side: Side, present: Credential, made: Made, source: Credential | None
    ) -> Expectation:
        expect = expected.stored(side.capabilities, present, moves=True)
        fields = dict(expect.fields or {})
        if expected.MOVES in fields and made.default_from:
            # The one before it is the default again by then.
            fields[expected.MOVES] = False
        standing = None
        if source is not None:
            works = source.verification.summary is Status.VERIFIED
            standing = expected.standing(source, verified=works)
        return replace(expect, fields=fields, source=standing)

    def _unchanged_again(self, made: Made) -> Step:
        side, before = self._side(made.target), made.before
        present = self._present.get(made.target)
        if present is None:
            return _blocked(made, blocks.gone_since(made.target))
        if before is None:
            return _blocked(made, blocks.overwritten_unknown(made.target))
        changes = _back(made, before, present)
        overwritten = made.step.secret is not None
        if not changes and not overwritten:
            return _nothing(made, "It is as it was before the run.")
        block = self._why_not(side, present, made)
        if block is not None:
            return _blocked(made, block)
        changes, lost = _possible(side.capabilities, changes, present)
        secret = self._former_password(side.capabilities, made, before)
        needed = overwritten or (side.capabilities.whole_record and before.auth != "none")
        # With the password of another login the provider would try it at a server that it does not belong to.
        other_login = overwritten and bool(_LOGIN & set(changes))
        if secret is None and needed and (side.capabilities.whole_record or other_login or not changes):
            return _blocked(made, blocks.password_gone(before))
        if not changes and secret is None:
            return _blocked(made, blocks.refused(lost[0])) if lost else _nothing(made, "")
        irreversible = [error.message for error in lost]
        if secret is None and overwritten:
            irreversible.append(
                f"The password stays the one that the run stored in {made.target}: the one before cannot be read."
            )
        elif secret is not None:
            irreversible.append(password_overwritten(present))
        return Step(
            n=0,
            action=Action.UPDATE,
            source=None,
            target=made.target,
            label=label(before),
            expect=expected.stored(side.capabilities, present),
            changes=changes,
            secret=secret,
            irreversible=tuple(irreversible),
        )

    def _undeleted(self, made: Made) -> Step:
        side, before = self._side(made.target), made.before
        if before is None:
            return _blocked(made, blocks.overwritten_unknown(made.target))
        capabilities = side.capabilities
        sender = capabilities.of("from_email").readable
        if any(
            key_of(item, sender_readable=sender) == key_of(before, sender_readable=sender)
            for item in side.known
        ):
            return _nothing(made, "The login is there again.")
        asked = wanted(capabilities, capabilities, before)
        relay = before.auth == "none" or capabilities.at_rest
        secret = None if relay else self.passwords(before)
        block: Block | None = None
        if side.read_only:
            block = blocks.read_only(side.account)
        elif secret is None and not relay:
            block = blocks.password_gone(before)
        else:
            try:
                self.admit[side.account](_with_stand_in(asked.draft(None), relay))
            except SmtptuiError as error:
                block = blocks.refused(error)
        if block is not None:
            return _blocked(made, block)
        changes = {name: Changed(None, value) for name, value in asked.values.items()}
        native = dict(asked.native)
        if capabilities.at_rest and PASSWORD_FROM in before.native:
            native[PASSWORD_FROM] = before.native[PASSWORD_FROM]
        changes |= {PREFIX + key: Changed(None, value) for key, value in native.items()}
        return Step(
            n=0,
            action=Action.CREATE,
            source=None,
            target=side.account,
            label=label(before),
            expect=expected.absent(
                identity(before) if sender else identity(before)._replace(from_email=None),
                sender_readable=sender,
            ),
            changes=changes,
            secret=secret,
            irreversible=(f"{made.target} comes back under another id.",),
        )

    def _why_not(self, side: Side, present: Credential, made: Made) -> Block | None:
        if made.after is not None:
            now = expected.expected_fields(side.capabilities, made.after)
            differing = expected.differing(now, present)
            if differing:
                return blocks.changed_since(present, differing)
        if side.read_only:
            return blocks.read_only(side.account)
        if not present.editable:
            return blocks.not_editable(present)
        return None

    def _former_password(
        self, capabilities: Capabilities, made: Made, before: Credential
    ) -> SecretUse | None:
        overwritten = made.step.secret
        if before.auth == "none" or not (overwritten or capabilities.whole_record):
            return None
        found = self.passwords(before)
        if found is None or (overwritten is not None and found.reference == overwritten.reference):
            # What the run itself stored is not what was there before it.
            return None
        return found

    def _side(self, address: str) -> Side:
        return self.sides[split(address)[0]]


_LOGIN = frozenset({"host", "port", "security", "username"})


def _with_stand_in(draft: Draft, relay: bool) -> Draft:
    """The draft with a stand-in for the password that comes later."""
    return draft if relay else replace(draft, password=StandIn())


def _back(made: Made, before: Credential, present: Credential) -> dict[str, Changed]:
    """The fields that the step wrote, with what they were; the default moves on its own."""
    changes = {}
    for name, changed in made.step.changes.items():
        if name in ("default", "password"):
            continue
        former: Json = changed.before
        if not name.startswith(PREFIX):
            former = before.value(name)
        elif name.removeprefix(PREFIX) in before.native:
            former = before.native[name.removeprefix(PREFIX)]
        now = expected.field_value(present, name)
        if now != former and now != without_nulls(former):
            changes[name] = Changed(now, former)
    return changes


def _possible(
    capabilities: Capabilities, changes: Mapping[str, Changed], present: Credential
) -> tuple[dict[str, Changed], list[SmtptuiError]]:
    """The changes that the provider takes, and why it does not take the others."""
    taken, lost = {}, []
    for name, changed in changes.items():
        if name.startswith(PREFIX):
            change = Change(native={name.removeprefix(PREFIX): changed.after})
        else:
            change = Change({name: _plain(changed.after)})
        try:
            admitted_change(capabilities, change, present)
        except SmtptuiError as error:
            lost.append(error)
        else:
            taken[name] = changed
    return taken, lost


def _plain(value: Json) -> Value:
    return value if isinstance(value, (str, int, bool)) else None


def _blocked(made: Made, block: Block) -> Step:
    return Step(
        n=0,
        action=Action.BLOCKED,
        source=None,
        target=made.target,
        label=made.step.label,
        blocked=block,
    )


def _unable(record: Credential, block: Block) -> Step:
    return Step(
        n=0, action=Action.BLOCKED, source=None, target=record.address, label=label(record), blocked=block
    )


def _nothing(made: Made, note: str) -> Step:
    return Step(n=0, action=Action.NO_OP, source=None, target=made.target, label=made.step.label, note=note)
