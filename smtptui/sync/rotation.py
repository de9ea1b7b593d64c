"""The steps that store one new password, and perhaps another user or host, in every picked record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smtptui.model.admission import admit_change
from smtptui.model.capability import PASSWORD_FROM, Capabilities, PasswordUpdate, ProviderOperation
from smtptui.model.change import Change, Set, Value
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import SmtptuiError
from smtptui.model.fields import FIELDS_BY_NAME
from smtptui.model.json_value import Json
from smtptui.model.values import check_value
from smtptui.sync import blocks
from smtptui.sync import expectations as expected
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import PlaceholderSecret
from smtptui.sync.labels import format_label
from smtptui.sync.migration import describe_overwritten_password, order_steps
from smtptui.sync.native import NATIVE_PREFIX
from smtptui.sync.plan import Block, FieldChange, PasswordSource, Step, StepAction
from smtptui.sync.record_changes import is_same_value


def build_rotation_steps(
    picked: Sequence[tuple[AccountListing, Credential]], *, secret: PasswordSource, login: Mapping[str, str]
) -> list[Step]:
    """An update for each record that has a password of its own; `login` is a new username, a new host, or both."""
    return order_steps([_build_step(side, record, secret, login) for side, record in picked])


def _build_step(
    side: AccountListing, record: Credential, secret: PasswordSource, login: Mapping[str, str]
) -> Step:
    changes: dict[str, FieldChange] = {
        name: FieldChange(record.get(name), value)
        for name, value in login.items()
        if not is_same_value(name, record.get(name), value)
    }
    at_rest = side.capabilities.at_rest
    if at_rest and record.native.get(PASSWORD_FROM) != secret.reference:
        changes[NATIVE_PREFIX + PASSWORD_FROM] = FieldChange(
            record.native.get(PASSWORD_FROM), secret.reference
        )
    block = _find_block(side, record, changes)
    if block is not None:
        return Step(
            n=0,
            action=StepAction.BLOCKED,
            source=None,
            target=record.address,
            label=format_label(record),
            blocked=block,
        )
    overwritten = not at_rest and record.password is not PasswordState.ABSENT
    return Step(
        n=0,
        action=StepAction.UPDATE if changes or not at_rest else StepAction.NO_OP,
        source=None,
        target=record.address,
        label=format_label(record),
        expect=expected.expect_stored(side.capabilities, record),
        changes=changes,
        secret=None if at_rest else secret,
        irreversible=(describe_overwritten_password(record),) if overwritten else (),
    )


def _find_block(side: AccountListing, record: Credential, changes: Mapping[str, FieldChange]) -> Block | None:
    """Why the record cannot have the new password, None when it can."""
    capabilities = side.capabilities
    if capabilities.single_record and record.host is None:
        return blocks.unknown_record(side.account)
    if record.auth == "none":
        return blocks.relay_without_password(record)
    if record.auth == "oauth" or record.host is None:
        return blocks.not_held_here(record)
    if not record.editable:
        return blocks.not_editable(record)
    if not capabilities.can(ProviderOperation.UPDATE):
        return blocks.unsupported_operation(capabilities, "cannot change stored credentials")
    if not capabilities.at_rest and PasswordUpdate.SET not in capabilities.password_updates:
        return blocks.unsupported_operation(capabilities, "cannot change a stored password")
    if side.read_only:
        return blocks.read_only(side.account)
    values = {name: _as_value(changed.after) for name, changed in changes.items() if name in FIELDS_BY_NAME}
    try:
        admit_change(capabilities, _build_change(capabilities, values), record)
    except SmtptuiError as error:
        return blocks.refused_by_target(error, record)
    return None


def _build_change(capabilities: Capabilities, values: Mapping[str, Value]) -> Change:
    return Change(values) if capabilities.at_rest else Change(values, Set(PlaceholderSecret()))


def parse_login(username: str | None, host: str | None) -> dict[str, str]:
    """A new username and host, if they can be meant at all. Raises InvalidFieldError."""
    given = {"username": username, "host": host}
    return {
        name: str(check_value(FIELDS_BY_NAME[name], value))
        for name, value in given.items()
        if value not in (None, "")
    }


def _as_value(value: Json) -> Value:
    return value if isinstance(value, (str, int, bool)) else None
