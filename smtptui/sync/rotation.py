"""The steps that store one new password, and perhaps another user or host, in every picked record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smtptui.model.admission import admitted_change
from smtptui.model.capability import PASSWORD_FROM, Capabilities, Operation, PasswordUpdate
from smtptui.model.change import Change, Set, Value
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import SmtptuiError
from smtptui.model.fields import BY_NAME
from smtptui.model.json_value import Json
from smtptui.model.values import checked
from smtptui.sync import blocks, expected
from smtptui.sync.account_listing import Side
from smtptui.sync.candidates import StandIn
from smtptui.sync.difference import same
from smtptui.sync.migration import ordered, password_overwritten
from smtptui.sync.native import PREFIX
from smtptui.sync.plan import Action, Block, Changed, SecretUse, Step
from smtptui.sync.wording import label


def rotation(
    picked: Sequence[tuple[Side, Credential]], *, secret: SecretUse, login: Mapping[str, str]
) -> list[Step]:
    """An update for each record that has a password of its own; `login` is a new username, a new host, or both."""
    return ordered([_step(side, record, secret, login) for side, record in picked])


def _step(side: Side, record: Credential, secret: SecretUse, login: Mapping[str, str]) -> Step:
    changes: dict[str, Changed] = {
        name: Changed(record.value(name), value)
        for name, value in login.items()
        if not same(name, record.value(name), value)
    }
    at_rest = side.capabilities.at_rest
    if at_rest and record.native.get(PASSWORD_FROM) != secret.reference:
        changes[PREFIX + PASSWORD_FROM] = Changed(record.native.get(PASSWORD_FROM), secret.reference)
    block = _why_not(side, record, changes)
    if block is not None:
        return Step(
            n=0, action=Action.BLOCKED, source=None, target=record.address, label=label(record), blocked=block
        )
    overwritten = not at_rest and record.password is not PasswordState.ABSENT
    return Step(
        n=0,
        action=Action.UPDATE if changes or not at_rest else Action.NO_OP,
        source=None,
        target=record.address,
        label=label(record),
        expect=expected.stored(side.capabilities, record),
        changes=changes,
        secret=None if at_rest else secret,
        irreversible=(password_overwritten(record),) if overwritten else (),
    )


def _why_not(side: Side, record: Credential, changes: Mapping[str, Changed]) -> Block | None:
    """Why the record cannot have the new password, None when it can."""
    capabilities = side.capabilities
    if capabilities.single_record and record.host is None:
        return blocks.unknown_record(side.account)
    if record.auth == "none":
        return blocks.no_password(record)
    if record.auth == "oauth" or record.host is None:
        return blocks.not_held_here(record)
    if not record.editable:
        return blocks.not_editable(record)
    if not capabilities.can(Operation.UPDATE):
        return blocks.unsupported(capabilities, "cannot change stored credentials")
    if not capabilities.at_rest and PasswordUpdate.SET not in capabilities.password_updates:
        return blocks.unsupported(capabilities, "cannot change a stored password")
    if side.read_only:
        return blocks.read_only(side.account)
    values = {name: _plain(changed.after) for name, changed in changes.items() if name in BY_NAME}
    try:
        admitted_change(capabilities, _change(capabilities, values), record)
    except SmtptuiError as error:
        return blocks.refused(error, record)
    return None


def _change(capabilities: Capabilities, values: Mapping[str, Value]) -> Change:
    return Change(values) if capabilities.at_rest else Change(values, Set(StandIn()))


def checked_login(username: str | None, host: str | None) -> dict[str, str]:
    """A new username and host, if they can be meant at all. Raises InvalidFieldError."""
    given = {"username": username, "host": host}
    return {
        name: str(checked(BY_NAME[name], value)) for name, value in given.items() if value not in (None, "")
    }


def _plain(value: Json) -> Value:
    return value if isinstance(value, (str, int, bool)) else None
