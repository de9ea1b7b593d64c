"""Build the steps of a rotation: one new password, and optionally a username and host, for every selected record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smtptui.model.admission import admit_change
from smtptui.model.capability import PASSWORD_FROM, Capabilities, PasswordUpdate, ProviderOperation
from smtptui.model.change import Change, Set, Value
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import SmtptuiError
from smtptui.model.fields import FIELDS_BY_NAME
from smtptui.model.values import check_value
from smtptui.sync import blocks
from smtptui.sync.account_listing import AccountListing
from smtptui.sync.candidates import PlaceholderSecret
from smtptui.sync.expectations import expect_stored
from smtptui.sync.labels import format_label
from smtptui.sync.migration import describe_overwritten_password, order_steps
from smtptui.sync.native import NATIVE_PREFIX
from smtptui.sync.plan import Block, FieldChange, PasswordSource, Step, StepAction, blocked_step
from smtptui.sync.record_changes import is_same_value


def build_rotation_steps(
    selected: Sequence[tuple[AccountListing, Credential]], *, secret: PasswordSource, login: Mapping[str, str]
) -> list[Step]:
    """Build an update for each record with a password of its own; `login` holds a new username, a new host, or both."""
    return order_steps([_build_step(listing, record, secret, login) for listing, record in selected])


def _build_step(
    listing: AccountListing, record: Credential, secret: PasswordSource, login: Mapping[str, str]
) -> Step:
    changes: dict[str, FieldChange] = {
        name: FieldChange(record.get(name), value)
        for name, value in login.items()
        if not is_same_value(name, record.get(name), value)
    }
    at_rest = listing.capabilities.at_rest
    if at_rest and record.native.get(PASSWORD_FROM) != secret.reference:
        changes[NATIVE_PREFIX + PASSWORD_FROM] = FieldChange(
            record.native.get(PASSWORD_FROM), secret.reference
        )
    block = _find_block(listing, record, changes)
    if block is not None:
        return blocked_step(block, target=record.address, label=format_label(record))
    overwritten = not at_rest and record.password is not PasswordState.ABSENT
    return Step(
        action=StepAction.UPDATE if changes or not at_rest else StepAction.NO_OP,
        target=record.address,
        label=format_label(record),
        expect=expect_stored(listing.capabilities, record),
        changes=changes,
        secret=None if at_rest else secret,
        irreversible=(describe_overwritten_password(record),) if overwritten else (),
    )


def _find_block(
    listing: AccountListing, record: Credential, changes: Mapping[str, FieldChange]
) -> Block | None:
    """Return why the record cannot take the new password, None when it can."""
    capabilities = listing.capabilities
    if capabilities.single_record and record.host is None:
        return blocks.unknown_record(listing.account)
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
    if listing.read_only:
        return blocks.read_only(listing.account)
    values = {name: change.new_value for name, change in changes.items() if name in FIELDS_BY_NAME}
    try:
        admit_change(capabilities, _build_change(capabilities, values), record)
    except SmtptuiError as error:
        return blocks.refused_by_target(error, record)
    return None


def _build_change(capabilities: Capabilities, values: Mapping[str, Value]) -> Change:
    return Change(values) if capabilities.at_rest else Change(values, Set(PlaceholderSecret()))


def parse_login(username: str | None, host: str | None) -> dict[str, str]:
    """Parse the given username and host, leaving out empty ones. Raises InvalidFieldError."""
    given = {"username": username, "host": host}
    return {
        name: str(check_value(FIELDS_BY_NAME[name], value))
        for name, value in given.items()
        if value not in (None, "")
    }
